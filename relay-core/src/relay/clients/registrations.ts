import { RelayError } from '../../api/errors.ts'
import { plainAddress } from '../../net/address/plain-address.ts'

const hourMs = 3_600_000
/** A longer request gets this much: nobody means years. */
const maxHours = 24 * 30
/** More than this are not visitors of a lab. */
const maxAddresses = 10_000

export interface RegistrationsOptions {
  /** `ip_limit` of nps.conf. */
  readonly isOn: () => boolean
  readonly now: () => number
}

/** Addresses that an agent has let in for some hours (`npc register`). They apply to all tunnels, until a restart. */
export class Registrations {
  readonly #options: RegistrationsOptions
  readonly #untilMs = new Map<string, number>()

  constructor(options: RegistrationsOptions) {
    this.#options = options
  }

  /** Returns until when, in milliseconds since the Unix epoch; undefined when there are too many. */
  add(address: string, hours: number): number | undefined {
    const nowMs = this.#options.now()
    const key = plainAddress(address)
    if (!this.#untilMs.has(key) && this.#untilMs.size >= maxAddresses) this.#forgetPast(nowMs)
    if (!this.#untilMs.has(key) && this.#untilMs.size >= maxAddresses) return undefined
    const untilMs = nowMs + Math.min(hours, maxHours) * hourMs
    this.#untilMs.set(key, untilMs)
    return untilMs
  }

  get isOn(): boolean {
    return this.#options.isOn()
  }

  /** Why a visitor from `address` is not let in, or null. */
  refusalOf(address: string): RelayError | null {
    const { now } = this.#options
    if (!this.isOn || (this.#untilMs.get(plainAddress(address)) ?? 0) > now()) return null
    return new RelayError(
      'address-denied',
      `${address} is not registered: with ip_limit=true in nps.conf "npc register" has to let it in first.`,
      { owner: 'ip_limit', address },
    )
  }

  #forgetPast(nowMs: number): void {
    for (const [known, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(known)
  }
}
