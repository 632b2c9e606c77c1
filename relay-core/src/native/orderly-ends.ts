import type { FramedSocket } from './carriers/framed-socket.ts'

/**
 * A killed agent's system closes all its connections together; the ends of the carriers may arrive so much before or after that of
 * the control connection, in milliseconds.
 */
export const lastEndsMs = 100

/**
 * Which of an agent's connections its side has ended in order, and when. A killed agent's system ends its connections by FIN, except
 * for those with bytes that the agent has not read, which it resets; of a cut line no end arrives.
 */
export class OrderlyEnds {
  #controlEndedAtMs = Infinity
  #lastAtMs = -Infinity

  /** The control connection has ended, in whatever way. */
  onControlEnd(control: FramedSocket): void {
    this.#controlEndedAtMs = performance.now()
    this.onEnd(control)
  }

  /** So has another connection of the agent. */
  onEnd(connection: FramedSocket): void {
    if (connection.hasPeerEnded) this.#lastAtMs = performance.now()
  }

  /** Whether the agent's side has ended a connection in order when the control connection ended, or later. */
  get areOfKilled(): boolean {
    return this.#lastAtMs > this.#controlEndedAtMs - lastEndsMs
  }
}
