import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { EarlyEnd, readExactly } from '../../../relay-core/src/net/stream/read-exactly.ts'
import { encodeSocksAddress } from '../../../relay-core/src/net/address/socks-address.ts'

export interface SocksAnswer {
  readonly socket: Socket
  readonly reply: number
  readonly bound: { readonly host: string; readonly port: number }
}

/** Instead of a reply: the password was refused, in words or by hanging up. */
export const refused = -1

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
    if (!(await isLetIn(socket, user, signal)))
      return { socket, reply: refused, bound: { host: '', port: 0 } }
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

async function isLetIn(
  socket: Socket,
  user: { name: string; password: string } | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const method = user ? 2 : 0
    socket.write(Buffer.of(5, 1, method))
    if ((await readExactly(socket, 2, { signal }))[1] !== method) return false
    if (!user) return true
    socket.write(Buffer.concat([Buffer.of(1), prefixed(user.name), prefixed(user.password)]))
    return (await readExactly(socket, 2, { signal }))[1] === 0
  } catch (error) {
    if (error instanceof EarlyEnd) return false
    throw error
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
