import type { Measured } from '../figures.ts'
import type { ComparedPair } from '../compared-pair.ts'
import type { Act } from '../stage.ts'

/** Longer pieces tell more; the quick mode has shorter ones. */
export interface Pace {
  /** How long a rate is counted. */
  readonly measureMs: number
  /** How long a copy runs before it is counted: programs compile what they run, TCP opens its window. */
  readonly warmUpMs: number
  /** Visits before memory is looked at again. */
  readonly visits: number
}

/** Something that is measured on a pair that runs; named on the command line by its key in rows.ts. */
export interface BenchRow {
  /** Needs the shaped link. */
  readonly isShaped?: true
  /** Needs the wide area network: `--wan`. */
  readonly isWide?: true
  /** Measured once a run, on a pair of its own: it takes long, or leaves the pair changed. */
  readonly isOnce?: true
  /** Pairs that it makes sense for; by default all but variants. */
  readonly isFor?: (pair: ComparedPair) => boolean
  /** Why it cannot be measured here, or undefined. */
  readonly missing?: () => Promise<string | undefined>
  measure(act: Act, pace: Pace): Promise<Measured>
}
