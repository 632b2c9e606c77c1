import { systemClock } from '../../async/time/clock.ts'
import { RelayError } from '../../api/errors.ts'
import { poolLimits } from '../../native/carriers/pool-policy.ts'
import type { Connection } from '../../api/traffic-models.ts'
import type { Allowance, Direction } from '../limits/allowance.ts'
import type { Guest } from './guest.ts'
import { TunnelConnection } from './tunnel-connection.ts'

/**
 * The share of a lab box's streams (spec/wire.md §7) that one tunnel, and one address in it, can use: so one tunnel does not
 * starve the others, nor one visitor all other visitors. A notebook page has some twenty; a reverse proxy has those of all its visitors.
 */
export const connectionShares = {
  perTunnel: (poolLimits.maxCarriers * 3) / 4,
  perTunnelAndAddress: poolLimits.maxCarriers / 4,
  perClientAndAddress: poolLimits.maxCarriers / 2,
} as const

/** The addresses that the relay lets into tunnels, where it asks for that. */
export interface AddressRegistrations {
  readonly isOn: boolean
  /** Why a visitor from `address` is not let in, or null. */
  refusalOf(address: string): RelayError | null
}

export interface TunnelConnectionsOptions {
  readonly tunnelId: number
  /** The tunnel's and the client's. */
  readonly allowances: readonly Allowance[]
  /** Whom the relay lets into any tunnel at all; without it everybody. */
  readonly registrations?: AddressRegistrations | undefined
  /** The guest who may come to this tunnel from an address. */
  readonly guestOf?: (address: string) => Guest | undefined
  readonly now?: () => number
}

/** The connections of one tunnel: counted, listed, subject to its limits and its client's, and ended together. */
export class TunnelConnections {
  downBytes = 0
  upBytes = 0
  readonly #tunnelId: number
  readonly #allowances: readonly Allowance[]
  readonly #registrations: AddressRegistrations
  readonly #guestOf: (address: string) => Guest | undefined
  readonly #now: () => number
  readonly #connections = new Set<TunnelConnection>()
  readonly #subscriptions: Disposable[]
  #lastId = 0
  #isClosed = false
  /** Bytes that are reported once the tunnel is closed, whose counters nobody reads any more: what a direct link has carried last. */
  onLate: (direction: Direction, bytes: number) => void = () => undefined

  constructor(options: TunnelConnectionsOptions) {
    this.#tunnelId = options.tunnelId
    this.#registrations = options.registrations ?? { isOn: false, refusalOf: () => null }
    this.#guestOf = options.guestOf ?? (() => undefined)
    this.#allowances = options.allowances
    this.#now = options.now ?? systemClock.now
    this.#subscriptions = options.allowances.map((allowance) => allowance.onChange(() => this.review()))
  }

  get count(): number {
    return this.#connections.size
  }

  list(): Connection[] {
    return [...this.#connections].map(({ row: connection }) => connection)
  }

  /** For bytes of no connection: they have passed a direct link that has ended. */
  countReported(direction: Direction, bytes: number): void {
    for (const allowance of this.#allowances) allowance.use(bytes)
    this.#add(direction, bytes)
  }

  /** Why nobody is let in now, or null. */
  refusal(): RelayError | null {
    for (const allowance of this.#allowances) {
      const refusal = allowance.refusal()
      if (refusal) return refusal
    }
    return null
  }

  /**
   * Lets a visitor in; it has to `leave` in the end. `shown`: whose pass it has shown.
   *
   * @throws RelayError `limit-reached`, `quota-used`, `expired` or `address-denied`
   */
  enter({ address, port }: { address: string; port: number }, shown?: Guest): TunnelConnection {
    const guest = shown ?? this.#guestOf(address)
    const limit = connectionShares.perTunnel
    if (this.#connections.size >= limit) {
      throw new RelayError('limit-reached', `The tunnel has ${limit} connections, the most there can be.`, {
        limit,
      })
    }
    const refusal = this.#registrations.refusalOf(address)
    if (refusal) throw refusal
    const entered: Allowance[] = []
    try {
      for (const allowance of this.#allowances) {
        allowance.enter(address, { isGuest: guest !== undefined })
        entered.push(allowance)
      }
    } catch (error) {
      for (const allowance of entered) allowance.leave(address)
      throw error
    }
    this.#lastId += 1
    const connection: TunnelConnection = new TunnelConnection({
      id: this.#lastId,
      tunnelId: this.#tunnelId,
      visitor: `${address}:${port}`,
      address,
      openedAtMs: this.#now(),
      allowances: this.#allowances,
      needsRegistration: () => this.#registrations.isOn,
      registrationRefusal: (from) => this.#registrations.refusalOf(from),
      count: (direction, bytes) => this.#add(direction, bytes),
      isGuest: guest !== undefined,
      isGuestAt: (from) => shown !== undefined || this.#guestOf(from) === guest,
      onLeave: () => {
        this.#connections.delete(connection)
        guest?.left(connection)
      },
    })
    this.#connections.add(connection)
    guest?.entered(connection)
    return connection
  }

  /** Ends every connection. New visitors may connect. */
  endAll(reason?: RelayError): void {
    for (const connection of this.#connections) connection.end(reason)
  }

  /** Limits or settings have changed: connections that their limits would not let in now are ended, and direct ones that have to go by the relay. */
  review(): void {
    const refusal = this.refusal()
    for (const connection of this.#connections) {
      const { address, isGuest } = connection
      const reason =
        refusal ??
        connection.directRefusal() ??
        this.#allowances.map((one) => one.refusalOf(address, { isGuest })).find((found) => found)
      if (reason) connection.end(reason)
    }
  }

  /** The tunnel is closed for good. */
  close(): void {
    this.#isClosed = true
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]()
    this.endAll()
  }

  #add(direction: Direction, bytes: number): void {
    if (direction === 'down') this.downBytes += bytes
    else this.upBytes += bytes
    if (this.#isClosed) this.onLate(direction, bytes)
  }
}
