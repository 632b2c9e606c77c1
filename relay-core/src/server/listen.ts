import type { Server } from 'node:net'
import { RelayError } from '../api/errors.ts'

/** Without `host`: on every address, IPv4 and IPv6. Rejects with `port-taken`, `port-forbidden` (below 1024 without the right to it) or `invalid-input` (no such address here). */
export function listen(
  server: Server,
  { host, port }: { host: string | undefined; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(explainListenError(error, host, port))
    server.once('error', onError)
    server.listen({ ...(host !== undefined && { host }), port, backlog: 1024 }, () => {
      server.off('error', onError)
      // Out of descriptors, or a visitor gone before it was accepted: the port stays open for the next. Without a
      // listener such an error would end the process.
      server.on('error', () => undefined)
      resolve()
    })
  })
}

/** What the system says of a port that could not be opened, in words; other errors as they are. */
export function explainListenError(
  error: NodeJS.ErrnoException,
  host: string | undefined,
  port: number,
): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new RelayError(
        'port-taken',
        `Port ${port} is in use by another program on this server. Choose another port, or stop that program.`,
        { port },
        { cause: error },
      )
    case 'EACCES':
    case 'EPERM':
      return new RelayError(
        'port-forbidden',
        `This user may not open port ${port}. Choose one from 1024 on, or run the relay as root.`,
        { port },
        { cause: error },
      )
    case 'EADDRNOTAVAIL':
      return new RelayError(
        'invalid-input',
        `This server has no address ${host ?? ''}, so port ${port} cannot be opened on it. Correct the address.`,
        { host: host ?? '', port },
        { cause: error },
      )
    default:
      return error
  }
}
