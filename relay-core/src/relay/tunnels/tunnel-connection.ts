import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import type { Connection } from '../../api/traffic-models.ts'
import type { Allowance, Direction } from '../limits/allowance.ts'
import { RateGate } from '../limits/rate-gate.ts'
import { flow, type FlowRules } from '../limits/throttled-flow.ts'
import { joinEnds } from '../../net/stream/splice.ts'

export interface TunnelConnectionOptions {
  readonly id: number
  readonly tunnelId: number
  /** `address:port` */
  readonly visitor: string
  /** The visitor's address alone. */
  readonly address: string
  readonly openedAtMs: number
  /** Let in by a guest pass. */
  readonly isGuest?: boolean
  /** Whether that pass would let it in from another address too; without it any. */
  readonly isGuestAt?: (address: string) => boolean
  /** The tunnel's and the client's. */
  readonly allowances: readonly Allowance[]
  /** Whether the relay lets registered addresses in alone. */
  readonly needsRegistration?: () => boolean
  /** Why the relay lets nobody in from an address, or null. */
  readonly registrationRefusal?: (address: string) => RelayError | null
  /** Adds to the tunnel's counters. */
  readonly count: (direction: Direction, bytes: number) => void
  /** Called once, when the visitor has gone for good. */
  readonly onLeave: () => void
}

/** One visitor's connection through a tunnel. All its bytes are counted and limited here. */
export class TunnelConnection {
  readonly isGuest: boolean
  readonly #options: TunnelConnectionOptions
  readonly #abort = new AbortController()
  #address: string
  #visitor: string
  #downBytes = 0
  #upBytes = 0
  #hasLeft = false
  #isDirect = false

  constructor(options: TunnelConnectionOptions) {
    this.#options = options
    this.#address = options.address
    this.#visitor = options.visitor
    this.isGuest = options.isGuest ?? false
  }

  get address(): string {
    return this.#address
  }

  get visitor(): string {
    return this.#visitor
  }

  /**
   * Its visitor has another address now, in another network.
   *
   * @throws RelayError `address-denied`, and nothing has changed
   */
  moveTo({ address, port }: { address: string; port: number }): void {
    const { allowances, registrationRefusal, isGuestAt } = this.#options
    const { isGuest } = this
    if (isGuest && isGuestAt?.(address) === false)
      throw new RelayError(
        'address-denied',
        `The guest pass of this connection does not lead from ${address}.`,
        {
          address,
        },
      )
    const refusal =
      registrationRefusal?.(address) ??
      allowances.map((one) => one.refusalOf(address, { isGuest })).find((found) => found)
    if (refusal) throw refusal
    // One that has left is counted nowhere: its visitor only fetches what it has missed.
    if (!this.#hasLeft) for (const allowance of allowances) allowance.move(this.#address, address)
    this.#address = address
    this.#visitor = `${address}:${port}`
  }

  /** Aborts when the connection has to end: the tunnel was stopped, or a limit reached. The owner ends its sockets then. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get row(): Connection {
    const { id, tunnelId, openedAtMs } = this.#options
    return {
      id,
      tunnelId,
      visitor: this.#visitor,
      openedAtMs,
      downBytes: this.#downBytes,
      upBytes: this.#upBytes,
    }
  }

  /**
   * Joins the visitor's stream and the agent's: bytes, half-close and reset pass both ways. Both must be open and not yet
   * flowing. Fulfils when both have closed; never rejects.
   */
  join(visitorSide: Duplex, agentSide: Duplex): Promise<void> {
    flow(visitorSide, agentSide, this.#rules('up'))
    flow(agentSide, visitorSide, this.#rules('down'))
    return joinEnds(visitorSide, agentSide, this.signal)
  }

  /**
   * Its bytes may pass the relay from now on, which can limit none of them. It ends when there is something to limit.
   *
   * @throws RelayError `direct-limited`
   */
  becomeDirect(): void {
    this.#isDirect = true
    const refusal = this.directRefusal()
    if (refusal) throw refusal
  }

  /** Why it must not be direct, if it is. */
  directRefusal(): RelayError | null {
    if (!this.#isDirect) return null
    const { allowances, needsRegistration } = this.#options
    if (needsRegistration?.() !== true && allowances.every(({ mayBePassed }) => mayBePassed)) return null
    return new RelayError('direct-limited', 'What the server limits has to pass the server.')
  }

  /** For datagrams to the target: counts one, or returns false when it has to be dropped. */
  takeUp(bytes: number): boolean {
    return this.#takeDatagram('up', bytes)
  }

  /** For datagrams to the visitor. */
  takeDown(bytes: number): boolean {
    return this.#takeDatagram('down', bytes)
  }

  /** For bytes that a mode writes itself, such as its own answers; not throttled. */
  count(direction: Direction, bytes: number): void {
    for (const allowance of this.#options.allowances) allowance.use(bytes)
    if (direction === 'down') this.#downBytes += bytes
    else this.#upBytes += bytes
    this.#options.count(direction, bytes)
  }

  /** Makes `signal` abort; the reason is logged. Idempotent. */
  end(reason?: RelayError): void {
    this.#abort.abort(reason)
  }

  /** The visitor has gone. Idempotent. */
  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const allowance of this.#options.allowances) allowance.leave(this.#address)
    this.#options.onLeave()
  }

  #takeDatagram(direction: Direction, bytes: number): boolean {
    if (this.#abort.signal.aborted || this.#bytesLeft < bytes) return false
    if (!RateGate.tryTurnAtAll(this.#gates(direction), bytes)) return false
    this.count(direction, bytes)
    return true
  }

  get #bytesLeft(): number {
    return Math.min(...this.#options.allowances.map(({ bytesLeft }) => bytesLeft))
  }

  #gates(direction: Direction) {
    return this.#options.allowances.flatMap((allowance) => allowance.gates(direction))
  }

  #rules(direction: Direction): FlowRules {
    const { allowances } = this.#options
    return {
      take: (bytes) => {
        let allowed = bytes
        for (const { bytesLeft } of allowances) if (bytesLeft < allowed) allowed = bytesLeft
        this.count(direction, allowed)
        return allowed
      },
      turnBytes: () => {
        let turnBytes: number | null = null
        for (const allowance of allowances) {
          if (!allowance.isThrottling) continue
          for (const gate of allowance.gates(direction))
            turnBytes = Math.min(turnBytes ?? gate.turnBytes, gate.turnBytes)
        }
        return turnBytes
      },
      turn: async (bytes) => {
        for (const gate of this.#gates(direction)) await gate.turn(bytes)
      },
      onExhausted: () => {
        const refusal = allowances.map((allowance) => allowance.refusal()).find((found) => found !== null)
        this.end(refusal ?? undefined)
      },
    }
  }
}
