import type { ListenOptions, Server } from 'node:net'
import { RelayError } from '../../api/errors.ts'

/**
 * Without `host`: on every address, IPv4 and IPv6. Rejects with `port-taken`, `port-forbidden` (below 1024 without the right to
 * it) or `invalid-input` (no such address here). The only place where relay-core lets a server listen (its test looks): an
 * unhandled error later on would end the process.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string | undefined; port: number },
): Promise<void> {
  try {
    await listening(server, { ...(host !== undefined && { host }), port, backlog: 1024 })
  } catch (error) {
    throw explainListenError(error as NodeJS.ErrnoException, host, port)
  }
}

/** The same at a path of this machine. Rejects with the system's error. */
export function listenAtPath(server: Server, path: string): Promise<void> {
  return listening(server, { path })
}

function listening(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    // Out of descriptors later on, or a visitor gone before it was accepted: the port stays open for the next, and there is
    // nothing left to reject.
    server.on('error', reject)
    server.listen(where, resolve)
  })
}

/** The system's error for a port that could not be opened, in words; other errors unchanged. */
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
