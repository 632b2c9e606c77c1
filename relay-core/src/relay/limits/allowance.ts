import { systemClock } from '../../async/time/clock.ts'
import { RelayError } from '../../api/errors.ts'
import { monthAround } from '../../api/calendar-month.ts'
import type { Limits } from '../../api/limits.ts'
import { Signal } from '../../async/signals/signal.ts'
import { networkOf } from '../../net/address/network-of.ts'
import { AddressList } from '../../net/address/address-list.ts'
import { RateGate } from './rate-gate.ts'
import { checkReadable } from './readable-limits.ts'

export type Direction = 'down' | 'up'

/** The system's clock may be set at any time, forward or back, of which timers learn nothing: a date is looked at again after this long. */
const lookAgainMs = 60_000

interface AllowanceOptions {
  /** For messages: `tunnel "ssh"`, `lab box "gpu"`. */
  readonly owner: string
  readonly limits: Limits
  /** Both directions together, before now. */
  readonly usedBytes: number
  /** Of these, what was used since this month began. */
  readonly monthBytes?: number
  /** Connections that one address may have; for IPv6 one /64. */
  readonly maxPerAddress?: number
  readonly now?: () => number
}

/** What one tunnel, or all tunnels of one client together, may use, and what they use now. */
export class Allowance {
  readonly #owner: string
  #limits: Limits
  #allow = new AddressList([])
  #deny = new AddressList([])
  #gates: Partial<Record<Direction | 'both', RateGate>> = {}
  #usedBytes: number
  #monthBytes: number
  readonly #now: () => number
  #month: { readonly startMs: number; readonly endMs: number }
  #connections = 0
  readonly #maxPerAddress: number
  readonly #byNetwork = new Map<string, number>()
  #isThrottling = false
  #expiryTimer: NodeJS.Timeout | undefined
  readonly #changed = new Signal()

  /** @throws RelayError `mode-unsupported` for limits that only a later version can read */
  constructor(options: AllowanceOptions) {
    const {
      owner,
      limits,
      usedBytes,
      monthBytes = 0,
      maxPerAddress = Infinity,
      now = systemClock.now,
    } = options
    checkReadable(owner, limits)
    this.#owner = owner
    this.#now = now
    this.#month = monthAround(now())
    this.#maxPerAddress = maxPerAddress
    this.#usedBytes = usedBytes
    this.#monthBytes = monthBytes
    this.#limits = limits
    this.#apply()
  }

  get connections(): number {
    return this.#connections
  }

  get limits(): Limits {
    return this.#limits
  }

  /** Nothing has to be limited or chosen on the way: bytes may pass the relay. A date ends what is open, wherever its bytes go. */
  get mayBePassed(): boolean {
    const { allow = [], deny = [], ...limits } = this.#limits
    const { rateBytesPerSecond, downBytesPerSecond, upBytesPerSecond } = limits
    const { quotaBytes, monthlyQuotaBytes, maxConnections } = limits
    const rates = [rateBytesPerSecond, downBytesPerSecond, upBytesPerSecond]
    const isFree = [...rates, quotaBytes, monthlyQuotaBytes, maxConnections].every((one) => one === undefined)
    return isFree && allow.length === 0 && deny.length === 0
  }

  /** Calls back when limits change, or the expiry date is reached, or is ahead again: open connections have to be checked again. */
  onChange(listener: () => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  /** Takes effect at once, for open connections too. */
  setLimits(limits: Limits): void {
    this.#limits = limits
    this.#apply()
    this.#changed.emit()
  }

  /** Why it is closed for everybody, or null. */
  refusal(): RelayError | null {
    const { quotaBytes, monthlyQuotaBytes, expiresAtMs } = this.#limits
    if (expiresAtMs !== undefined && this.#now() >= expiresAtMs) {
      const date = new Date(expiresAtMs).toISOString()
      return new RelayError('expired', `The ${this.#owner} was allowed until ${date}. Set a later date.`, {
        owner: this.#owner,
        date,
      })
    }
    if (quotaBytes !== undefined && this.#usedBytes >= quotaBytes) {
      return new RelayError(
        'quota-used',
        `The ${this.#owner} has used its ${quotaBytes} bytes. Raise the quota.`,
        { owner: this.#owner, limit: quotaBytes },
      )
    }
    this.#turnMonth()
    if (monthlyQuotaBytes !== undefined && this.#monthBytes >= monthlyQuotaBytes) {
      const untilMs = this.#month.endMs
      return new RelayError(
        'quota-used',
        `The ${this.#owner} has used its ${monthlyQuotaBytes} bytes of this month. It opens again on ${new Date(untilMs).toISOString().slice(0, 10)}; raise the quota to open it before.`,
        { owner: this.#owner, limit: monthlyQuotaBytes, untilMs },
      )
    }
    return null
  }

  /** Why nobody from `address` is let in, or null. A guest need not be on the list of those who may, but must not be on the other. */
  refusalOf(address: string, { isGuest = false } = {}): RelayError | null {
    const mayCome = isGuest || this.#allow.isEmpty || this.#allow.has(address)
    const isAllowed = mayCome && !this.#deny.has(address)
    if (isAllowed) return null
    return new RelayError(
      'address-denied',
      `The lists of the ${this.#owner} do not let ${address} in. Change allow or deny.`,
      { owner: this.#owner, address },
    )
  }

  /** Counts one more connection. @throws RelayError when the limit is reached */
  enter(address: string, how: { isGuest?: boolean } = {}): void {
    const refusal = this.refusal() ?? this.refusalOf(address, how)
    if (refusal) throw refusal
    const { maxConnections } = this.#limits
    if (maxConnections !== undefined && this.#connections >= maxConnections) {
      throw new RelayError(
        'limit-reached',
        `The ${this.#owner} has ${maxConnections} connections, as many as it may.`,
        { owner: this.#owner, limit: maxConnections },
      )
    }
    const network = networkOf(address)
    const here = this.#byNetwork.get(network) ?? 0
    if (here >= this.#maxPerAddress) {
      throw new RelayError(
        'limit-reached',
        `${address} has ${here} connections through the ${this.#owner}, as many as one address may.`,
        { owner: this.#owner, limit: this.#maxPerAddress },
      )
    }
    this.#countHere(address, 1)
    this.#connections += 1
  }

  /** For a connection from `address` that has entered. */
  leave(address: string): void {
    this.#connections -= 1
    this.#countHere(address, -1)
  }

  /** For a connection that has entered, and comes from another address now. */
  move(from: string, to: string): void {
    this.#countHere(from, -1)
    this.#countHere(to, 1)
  }

  /** Counts bytes. */
  use(bytes: number): void {
    this.#usedBytes += bytes
    this.#turnMonth()
    this.#monthBytes += bytes
  }

  /** How many bytes are left of the quotas; `Infinity` without one. */
  get bytesLeft(): number {
    const { quotaBytes = Infinity, monthlyQuotaBytes = Infinity } = this.#limits
    this.#turnMonth()
    return Math.max(0, Math.min(quotaBytes - this.#usedBytes, monthlyQuotaBytes - this.#monthBytes))
  }

  /** Whether there is any gate; checked for each chunk, so it must be cheap. */
  get isThrottling(): boolean {
    return this.#isThrottling
  }

  /** The gates that bytes of this direction have to pass. */
  gates(direction: Direction): readonly RateGate[] {
    return [this.#gates.both, this.#gates[direction]].filter((gate) => gate !== undefined)
  }

  /** Stops waiting for the date. Idempotent. */
  close(): void {
    clearTimeout(this.#expiryTimer)
    for (const gate of Object.values(this.#gates)) gate.close()
    this.#gates = {}
    this.#isThrottling = false
  }

  #countHere(address: string, more: 1 | -1): void {
    const network = networkOf(address)
    const here = (this.#byNetwork.get(network) ?? 0) + more
    if (here === 0) this.#byNetwork.delete(network)
    else this.#byNetwork.set(network, here)
  }

  /** After a clock that was wrong was set back, what was counted goes on counting in the month that it is. */
  #turnMonth(): void {
    const now = this.#now()
    if (now >= this.#month.startMs && now < this.#month.endMs) return
    if (now >= this.#month.endMs) this.#monthBytes = 0
    this.#month = monthAround(now)
  }

  #apply(): void {
    const { allow = [], deny = [], rateBytesPerSecond, downBytesPerSecond, upBytesPerSecond } = this.#limits
    this.#allow = new AddressList(allow)
    this.#deny = new AddressList(deny)
    this.close()
    if (rateBytesPerSecond !== undefined) this.#gates.both = new RateGate(rateBytesPerSecond)
    if (downBytesPerSecond !== undefined) this.#gates.down = new RateGate(downBytesPerSecond)
    if (upBytesPerSecond !== undefined) this.#gates.up = new RateGate(upBytesPerSecond)
    this.#isThrottling = Object.keys(this.#gates).length > 0
    this.#awaitExpiry()
  }

  #awaitExpiry(): void {
    const { expiresAtMs } = this.#limits
    if (expiresAtMs === undefined) return
    const restMs = expiresAtMs - this.#now()
    this.#expiryTimer = setTimeout(
      () => {
        this.#awaitExpiry()
        const isExpired = expiresAtMs <= this.#now()
        if (isExpired !== restMs <= 0) this.#changed.emit()
      },
      restMs > 0 ? Math.min(restMs, lookAgainMs) : lookAgainMs,
    )
    this.#expiryTimer.unref()
  }
}
