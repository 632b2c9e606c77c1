import type { Failure, Link } from '@nps-desktop/electron/contract'
import type { Diagnosis } from './diagnose.ts'
import type { LinkState } from './link-state.ts'

/** Shorter outages are shown as a check: a server that fails once is not away. */
const toldAfterMs = 20_000
/** An outage that was shown ends after answers for this long, so that it does not flicker on the screen. */
const overAfterMs = 10_000

/** A time without a link, from the first moment on. */
export interface Outage {
  readonly sinceMs: number
  /** Why the last try failed; it stays until another reason is found. Null while the first try goes on. */
  readonly failure: Failure | null
  /** Since when it answers again. */
  readonly answeringSinceMs: number | null
  /** What else could be found out, which outweighs `failure`. */
  readonly diagnosis: Diagnosis | null
}

/** What an outage becomes when the link is `link`. Pure; null: there is none. */
export function nextOutage(outage: Outage | null, link: LinkState, nowMs: number): Outage | null {
  if (link.state === 'online') {
    if (!outage || !isTold(outage, nowMs) || isOver(outage, nowMs)) return null
    return { ...outage, answeringSinceMs: outage.answeringSinceMs ?? nowMs }
  }
  const before = outage && isOver(outage, nowMs) ? null : outage
  const failure = 'failure' in link ? link.failure : (before?.failure ?? null)
  return {
    sinceMs: before?.sinceMs ?? nowMs,
    failure,
    answeringSinceMs: null,
    diagnosis: before?.diagnosis ?? null,
  }
}

/** The link as the screen is told of it. Pure. */
export function tellLink(
  link: LinkState,
  outage: Outage | null,
  nowMs: number,
): Exclude<Link, { state: 'not-set-up' }> {
  if (link.state === 'failed') return link
  const failure = outage?.diagnosis?.failure ?? outage?.failure
  if (outage && failure && isTold(outage, nowMs) && !isOver(outage, nowMs)) {
    const { sinceMs, diagnosis } = outage
    const retryAtMs = link.state === 'waiting' ? link.retryAtMs : null
    const tried = [...(diagnosis?.tried ?? [])]
    return { state: 'away', sinceMs, answering: link.state === 'online', retryAtMs, failure, tried }
  }
  return link.state === 'online' ? link : { state: 'checking', sinceMs: outage?.sinceMs ?? nowMs }
}

function isTold({ sinceMs, answeringSinceMs }: Outage, nowMs: number): boolean {
  return (answeringSinceMs ?? nowMs) - sinceMs >= toldAfterMs
}

function isOver({ answeringSinceMs }: Outage, nowMs: number): boolean {
  return answeringSinceMs !== null && nowMs - answeringSinceMs >= overAfterMs
}
