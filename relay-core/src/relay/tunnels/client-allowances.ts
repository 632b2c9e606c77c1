import type { Limits } from '../../api/limits.ts'
import { Allowance } from '../limits/allowance.ts'
import { connectionShares } from './tunnel-connections.ts'

/** What is known of a client when its first tunnel opens. */
export interface ClientUse {
  readonly name: string
  readonly limits: Limits
  /** Through all its tunnels, both directions together, before now. */
  readonly usedBytes: number
  /** Of these, what was used since this month began. */
  readonly monthBytes?: number
}

/** One allowance per client that has, or had, an open tunnel; all its tunnels share it. */
export class ClientAllowances {
  readonly #useOf: (clientId: number) => ClientUse
  readonly #now: () => number
  readonly #allowances = new Map<number, Allowance>()

  constructor(useOf: (clientId: number) => ClientUse, { now }: { now: () => number }) {
    this.#useOf = useOf
    this.#now = now
  }

  get(clientId: number): Allowance {
    const known = this.#allowances.get(clientId)
    if (known) return known
    const { name, limits, usedBytes, monthBytes = 0 } = this.#useOf(clientId)
    const allowance = new Allowance({
      owner: `lab box "${name}"`,
      limits,
      usedBytes,
      monthBytes,
      maxPerAddress: connectionShares.perClientAndAddress,
      now: this.#now,
    })
    this.#allowances.set(clientId, allowance)
    return allowance
  }

  connections(clientId: number): number {
    return this.#allowances.get(clientId)?.connections ?? 0
  }

  /** Takes effect at once. */
  setLimits(clientId: number, limits: Limits): void {
    this.#allowances.get(clientId)?.setLimits(limits)
  }

  /** The client was removed, and its tunnels are closed. */
  remove(clientId: number): void {
    this.#allowances.get(clientId)?.close()
    this.#allowances.delete(clientId)
  }

  close(): void {
    for (const allowance of this.#allowances.values()) allowance.close()
  }
}
