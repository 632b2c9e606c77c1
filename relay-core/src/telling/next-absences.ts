/** Something that can go away and come back. */
export interface Watchable {
  /** By which it is known again. */
  readonly key: string
  /** `off`: a person has switched it off. `unknown`: nothing can be said now, or another cause stands above it. */
  readonly state: 'fine' | 'away' | 'off' | 'unknown'
  /** Of `fine` and `away`, where it is known. */
  readonly sinceMs: number | null
}

interface Absence {
  readonly sinceMs: number
  readonly isTold: boolean
}

/** What is remembered from one look to the next, by key. */
export interface KnownAbsences {
  readonly absences: ReadonlyMap<string, Absence>
  /** Within `notAgainWithinMs`. */
  readonly toldAtMs: ReadonlyMap<string, number>
  /** Only what has been seen at work can go. */
  readonly wasFine: ReadonlySet<string>
}

export const noAbsences: KnownAbsences = { absences: new Map(), toldAtMs: new Map(), wasFine: new Set() }

export interface TellingRules {
  /** What lasts shorter has not been missed. */
  readonly toldAfterMs: number
  /** It has to last this long before it is called back. */
  readonly backAfterMs: number
  /** The same thing is not told again sooner: a line that comes and goes is one message, and one more when it stays away. */
  readonly notAgainWithinMs: number
}

/** What is to be told of one thing. */
export type Told<T> = { readonly thing: T } & (
  | { readonly is: 'away'; readonly sinceMs: number }
  | { readonly is: 'back'; readonly awayMs: number }
)

/**
 * What has gone or come back since the last look, in the order of `things`, and what to remember for the next. What is no
 * longer among them is forgotten. Pure. `calmUntilMs`: until then nothing is told to be away. After a clock that was wrong was set back,
 * what had happened by it counts as of now.
 */
export function nextAbsences<T extends Watchable>(
  before: KnownAbsences,
  things: readonly T[],
  rules: TellingRules & { readonly nowMs: number; readonly calmUntilMs?: number },
): { now: KnownAbsences; told: Told<T>[] } {
  const { nowMs, calmUntilMs = -Infinity, toldAfterMs, backAfterMs, notAgainWithinMs } = rules
  const told: Told<T>[] = []
  const absences = new Map<string, Absence>()
  const wasFine = new Set<string>()
  const lately = [...before.toldAtMs].filter(([, atMs]) => Math.abs(nowMs - atMs) < notAgainWithinMs)
  const toldAtMs = new Map(lately)
  for (const thing of things) {
    const { key, state } = thing
    const sinceMs = thing.sinceMs !== null && thing.sinceMs <= nowMs ? thing.sinceMs : null
    const absence = before.absences.get(key)
    const wasFineBefore = before.wasFine.has(key) || absence !== undefined
    if (state === 'off') continue
    if (wasFineBefore || state === 'fine') wasFine.add(key)
    if (state === 'fine') {
      if (!absence?.isTold) continue
      if (sinceMs !== null && nowMs - sinceMs < backAfterMs) absences.set(key, absence)
      else told.push({ thing, is: 'back', awayMs: Math.max(0, (sinceMs ?? nowMs) - absence.sinceMs) })
    } else if (state === 'unknown') {
      if (absence) absences.set(key, absence)
    } else if (wasFineBefore) {
      const wentMs = absence?.isTold ? absence.sinceMs : (sinceMs ?? absence?.sinceMs ?? nowMs)
      const since = Math.min(wentMs, nowMs)
      const isDue =
        !absence?.isTold && nowMs - since >= toldAfterMs && nowMs >= calmUntilMs && !toldAtMs.has(key)
      if (isDue) {
        told.push({ thing, is: 'away', sinceMs: since })
        toldAtMs.set(key, nowMs)
      }
      absences.set(key, { sinceMs: since, isTold: isDue || (absence?.isTold ?? false) })
    }
  }
  return { now: { absences, toldAtMs, wasFine }, told }
}
