import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { readExactly } from '../../relay-core/src/nps/read-exactly.ts'
import { encodeSocksAddress } from '../../relay-core/src/transport/socks-address.ts'

export interface SocksAnswer {
  readonly socket: Socket
  readonly reply: number
  readonly bound: { readonly host: string; readonly port: number }
}

export const socksCommands = { connect: 1, bind: 2, associate: 3 } as const

/** A SOCKS5 client of a few lines, which sees every byte of the answers. */
export class SocksClient {
  readonly #port: number
  readonly #sockets: Socket[] = []

  constructor(port: number) {
    this.#port = port
  }

  async connect(host = '127.0.0.1'): Promise<Socket> {
    const socket = connect({ host, port: this.#port, allowHalfOpen: true })
    socket.on('error', () => undefined)
    this.#sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }

  /** `address`: type, address and port as they travel, or a name and a port. */
  async ask(
    command: number,
    address: { host: string; port: number } | { name: string; port: number },
    { user, through }: { user?: { name: string; password: string }; through?: string } = {},
  ): Promise<SocksAnswer> {
    const signal = AbortSignal.timeout(15_000)
    const socket = await this.connect(through)
    socket.write(Buffer.of(5, 1, user ? 2 : 0))
    const method = (await readExactly(socket, 2, { signal }))[1]
    if (method === 0xff) return { socket, reply: 0xff, bound: { host: '', port: 0 } }
    if (user) {
      socket.write(Buffer.concat([Buffer.of(1), prefixed(user.name), prefixed(user.password)]))
      const wrong = (await readExactly(socket, 2, { signal }))[1]
      if (wrong !== 0) return { socket, reply: -1, bound: { host: '', port: 0 } }
    }
    socket.write(Buffer.concat([Buffer.of(5, command, 0), encode(address)]))
    const head = await readExactly(socket, 4, { signal })
    const bound = await readExactly(socket, head[3] === 4 ? 18 : 6, { signal })
    const bytes = bound.subarray(0, -2)
    return {
      socket,
      reply: head[1] ?? -1,
      bound: {
        host: bytes.length === 4 ? bytes.join('.') : bytes.toString('hex'),
        port: bound.readUInt16BE(bound.length - 2),
      },
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

function encode(address: { host: string; port: number } | { name: string; port: number }): Buffer {
  if ('host' in address) return encodeSocksAddress(address)
  const port = Buffer.alloc(2)
  port.writeUInt16BE(address.port)
  return Buffer.concat([Buffer.of(3), prefixed(address.name), port])
}

function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}
