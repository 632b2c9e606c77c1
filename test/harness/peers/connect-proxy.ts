import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

export interface ConnectProxy {
  readonly port: number
  /** How many tunnels it has opened. */
  readonly opened: () => number
  readonly close: () => void
}

/** An HTTP proxy that knows CONNECT alone. With a user it opens tunnels for whoever shows that one. */
export async function startConnectProxy(user?: {
  readonly name: string
  readonly password: string
}): Promise<ConnectProxy> {
  const sockets: Socket[] = []
  let opened = 0
  const server = createServer().on('connect', (asked, socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    if (user && asked.headers['proxy-authorization'] !== basic(user)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const [host, port] = (asked.url ?? '').split(':')
    const target = connect({ host, port: Number(port), allowHalfOpen: true })
    sockets.push(target)
    target.on('error', () => socket.destroy())
    target.once('connect', () => {
      opened += 1
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(target).pipe(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { port: (server.address() as AddressInfo).port, opened: () => opened, close }
}

function basic({ name, password }: { readonly name: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}
