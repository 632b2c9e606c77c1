import type { Forwarded } from './forward-request.ts'
import type { TargetLink } from './target-link.ts'

/**
 * Which connection to a target outlives its request: one that takes part in a login that is bound to its connection. It is kept
 * for the next requests of the same visitor to the same target, and closed with the visitor. Each visitor's connection has
 * its own `KeptLink`, so that no visitor ever gets a connection that another one has logged in on.
 */
export class KeptLink<Place> {
  #kept: { readonly place: Place; readonly link: TargetLink } | undefined

  /** The kept link, if it leads to `place` and takes another request; any other is closed. The caller owns it now. */
  take(place: Place): TargetLink | undefined {
    const kept = this.#kept
    this.#kept = undefined
    if (kept?.place === place && kept.link.isIdle) return kept.link
    void kept?.link.close()
    return undefined
  }

  /** After a request: keeps the link, or closes it. `isKept`: the visitor's connection; `wasKept`: the link, by `take`. */
  settle(
    place: Place,
    link: TargetLink,
    { isReusable, bindsConnection }: Forwarded,
    { isKept, wasKept }: { isKept: boolean; wasKept: boolean },
  ): void {
    if (isReusable && isKept && (bindsConnection || wasKept)) this.#kept = { place, link }
    else void link.close()
  }

  /** The visitor has gone. */
  async close(): Promise<void> {
    await this.#kept?.link.close()
  }
}
