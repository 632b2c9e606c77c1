import { afterAll, beforeAll, describe, it } from 'vitest'
import { stockMissing } from '../stock/stock-programs.ts'
import { Pair } from './pair.ts'
import { hasStock, pairName, type PairKind } from './pairs.ts'

/** One promise, kept by every pair that can. */
export interface Row {
  readonly name: string
  /** 30 s unless told otherwise. */
  readonly timeoutMs?: number
  /** Why this pair cannot do it; such a row is shown as skipped, with the reason. */
  readonly leftOut?: (kind: PairKind) => string | undefined | false
  readonly run: (pair: Pair) => Promise<void>
}

/** All rows over each pair: one relay a pair, one row after the other. */
export function describeTable(kinds: readonly PairKind[], rows: readonly Row[]): void {
  for (const kind of kinds) {
    const missing = hasStock(kind) ? stockMissing() : undefined
    describe.skipIf(missing)(`${pairName(kind)}${missing ? ` (left out: ${missing})` : ''}`, () => {
      let pair: Pair | undefined
      beforeAll(async () => {
        pair = await Pair.start(kind)
      })
      afterAll(() => pair?.close())
      for (const { name, timeoutMs = 30_000, leftOut, run } of rows) {
        const why = leftOut?.(kind)
        // oxlint-disable-next-line vitest/expect-expect -- each row brings its own
        it.skipIf(why)(`${name}${why ? ` (left out: ${why})` : ''}`, { timeout: timeoutMs }, async () => {
          if (pair) await run(pair)
        })
      }
    })
  }
}
