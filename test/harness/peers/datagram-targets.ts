import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Services that speak UDP, and visitors of such. What was opened is closed by `close`. */
export class DatagramTargets {
  readonly #sockets: Socket[] = []

  /** Sends back what comes, on loopback of that family; answers the port. */
  async echo(type: 'udp4' | 'udp6' = 'udp4'): Promise<number> {
    const socket = await this.bind(type)
    socket.on('message', (data, from) => socket.send(data, from.port, from.address))
    return socket.address().port
  }

  async bind(type: 'udp4' | 'udp6' = 'udp4'): Promise<Socket> {
    const socket = createSocket(type)
    this.#sockets.push(socket)
    socket.on('error', () => undefined)
    socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1')
    await once(socket, 'listening')
    return socket
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
  }
}
