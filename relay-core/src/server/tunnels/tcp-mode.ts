import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { RelayError } from '../../api/errors.ts'
import { keepAliveDelayMs } from '../../transport/connect.ts'
import { plainAddress } from '../../transport/plain-address.ts'
import { resetStream } from '../../transport/splice.ts'
import type { AgentSession } from '../agent-session.ts'
import { listen } from '../listen.ts'
import type { Passage } from './passage.ts'
import { proxyHeader } from './proxy-header.ts'
import type { ModeContext, TunnelMode, TunnelSpec } from './tunnel-mode.ts'

/** A listening port of the server whose connections lead to the targets. */
export function createTcpMode(spec: TunnelSpec, context: ModeContext): TunnelMode {
  return new TcpMode(spec, context)
}

class TcpMode implements TunnelMode {
  #spec: TunnelSpec
  readonly #context: ModeContext
  readonly #server: Server

  constructor(spec: TunnelSpec, context: ModeContext) {
    this.#spec = spec
    this.#context = context
    this.#server = createServer(
      // A visitor's first bytes wait in its socket until the target has been reached.
      {
        allowHalfOpen: true,
        pauseOnConnect: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveDelayMs,
      },
      (socket) => void this.#onVisitor(socket),
    )
  }

  async listen(): Promise<void> {
    const { port, settings, id } = this.#spec
    const { listenHost, log } = this.#context
    await listen(this.#server, { host: settings?.listenIp ?? listenHost, port: port ?? 0 })
    // Out of descriptors or a visitor gone before it was accepted: the port stays open for the next.
    this.#server.on('error', (error) => log.error('a visitor could not be accepted', { tunnel: id, error }))
  }

  get port(): number | null {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#spec.port
  }

  update(spec: TunnelSpec): boolean {
    if (spec.settings?.listenIp !== this.#spec.settings?.listenIp) return false
    this.#spec = spec
    return true
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #onVisitor(socket: Socket): Promise<void> {
    // An error is always followed by `close`.
    socket.on('error', () => undefined)
    const session = this.#context.session()
    const { remoteAddress, remotePort = 0 } = socket
    if (!session || remoteAddress === undefined) {
      resetStream(socket)
      return
    }
    let passage: Passage | undefined
    try {
      passage = this.#context.passages.enter({ address: plainAddress(remoteAddress), port: remotePort })
      await this.#carry(socket, passage, session)
    } catch (error) {
      if (!passage?.signal.aborted && !socket.destroyed) {
        const visitor = `${remoteAddress}:${remotePort}`
        this.#context.log.warn('visitor turned away', { tunnel: this.#spec.id, visitor, reason: error })
      }
      resetStream(socket)
    } finally {
      passage?.leave()
    }
  }

  async #carry(socket: Socket, passage: Passage, session: AgentSession): Promise<void> {
    const { visitor, signal } = passage
    const target = this.#context.targets.next()
    if (!target) throw new RelayError('invalid-input', 'The tunnel has no target. Give it one.')
    const onGone = () => passage.end()
    socket.once('close', onGone)
    const stream = await session.openStream(target, { signal, visitor })
    socket.off('close', onGone)
    const version = this.#spec.settings?.proxyProtocol
    if (version) {
      const to = { address: plainAddress(socket.localAddress ?? '::'), port: socket.localPort ?? 0 }
      stream.write(proxyHeader(version, { address: passage.address, port: socket.remotePort ?? 0 }, to))
    }
    await passage.join(socket, stream)
  }
}
