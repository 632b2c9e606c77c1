import type { Duplex } from 'node:stream'
import type { AgentSession, Target } from '../../../session/agent-session.ts'
import type { TunnelConnection } from '../tunnel-connection.ts'

/** How much is kept until the lab box is ready; the rest of such a burst is dropped. */
const maxWaitingBytes = 256 * 1024

/** After a failure the visitor's datagrams are dropped for this long, so that a flood of them is not a flood of attempts. */
const failurePauseMs = 1_000

export interface UdpVisitorEvents {
  onAnswer(datagram: Buffer): void
  /** Called once. With an error when the lab box could not be reached. */
  onGone(error?: unknown): void
}

/** One sender of datagrams to a tunnel, and its stream of them to the lab box. */
export class UdpVisitor {
  lastHeardMs = performance.now()
  readonly #connection: TunnelConnection
  readonly #events: UdpVisitorEvents
  #stream: Duplex | undefined
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #pause: NodeJS.Timeout | undefined
  #isGone = false

  constructor(connection: TunnelConnection, events: UdpVisitorEvents) {
    this.#connection = connection
    this.#events = events
    connection.signal.addEventListener('abort', () => this.#leave(), { once: true })
  }

  /** Never rejects. */
  async open(session: AgentSession, target: Target): Promise<void> {
    const { signal, visitor } = this.#connection
    try {
      const stream = await session.openDatagrams(target, { signal, visitor })
      if (this.#isGone) {
        stream.destroy()
        return
      }
      this.#stream = stream
      stream.on('data', (datagram: Buffer) => {
        if (this.#connection.takeDown(datagram.length)) this.#events.onAnswer(datagram)
      })
      stream.once('close', () => this.#leave())
      if (stream.destroyed) this.#leave()
      const waiting = this.#waiting
      this.#waiting = []
      for (const datagram of waiting) this.send(datagram)
    } catch (error) {
      this.#waiting = []
      if (!this.#isGone) this.#pause = setTimeout(() => this.#leave(error), failurePauseMs)
    }
  }

  /** Sends to the target, unless a limit or a full queue prevents it. */
  send(datagram: Buffer): void {
    if (this.#isGone || this.#pause) return
    if (this.#stream) {
      if (this.#connection.takeUp(datagram.length)) this.#stream.write(datagram)
    } else if (this.#waitingBytes + datagram.length <= maxWaitingBytes) {
      this.#waiting.push(datagram)
      this.#waitingBytes += datagram.length
    }
  }

  /** Idempotent. */
  end(): void {
    this.#connection.end()
    this.#leave()
  }

  #leave(error?: unknown): void {
    if (this.#isGone) return
    this.#isGone = true
    clearTimeout(this.#pause)
    this.#waiting = []
    this.#stream?.destroy()
    this.#connection.leave()
    this.#events.onGone(error)
  }
}
