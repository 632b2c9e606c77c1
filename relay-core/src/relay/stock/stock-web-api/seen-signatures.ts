/** The maximum number of changes per signature, and so per second; a script that makes more waits for the next second. */
const maxChanges = 1_000

/** The signatures of the last seconds, and what each has changed. Valid ones only, so there is one per second. */
export class SeenSignatures {
  readonly #keepMs: number
  readonly #seen = new Map<string, { address: string; untilMs: number; changes: Set<string> }>()

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  /** False for a signature that belongs to another address, or has already made this change. */
  take({
    signature,
    address,
    change,
    nowMs,
  }: {
    signature: string
    address: string
    change: string | undefined
    nowMs: number
  }): boolean {
    for (const [key, { untilMs }] of this.#seen) if (untilMs <= nowMs) this.#seen.delete(key)
    const seen = this.#seen.get(signature) ?? { address, untilMs: nowMs + this.#keepMs, changes: new Set() }
    this.#seen.set(signature, seen)
    if (seen.address !== address) return false
    if (change === undefined) return true
    if (seen.changes.has(change) || seen.changes.size >= maxChanges) return false
    seen.changes.add(change)
    return true
  }
}
