import { deadlines } from '../figures.ts'
import type { BenchRow } from './row.ts'

const seconds = (ms: number | null) => (ms === null ? null : ms / 1000)

/** The link swallows everything: a new visitor is told so by the end of its connection. */
export const deadLink: BenchRow = {
  isShaped: true,
  isOnce: true,
  isFor: ({ name, isVariant }) => name !== 'direct' && !isVariant,
  measure: async (act) => {
    const { bytes, place } = act.stage
    await place.cutLink?.()
    try {
      const timeoutMs = (deadlines.deadLink ?? 0) * 1000
      return {
        deadLink: seconds(
          await bytes.call('firstRefusal', { ...act.at('echo'), timeoutMs }, timeoutMs + 10_000),
        ),
      }
    } finally {
      await place.healLink?.()
    }
  },
}

/** From the start of the new relay; the old one was killed. */
export const restart: BenchRow = {
  isOnce: true,
  isFor: ({ comesBack, isVariant }) => comesBack && !isVariant,
  measure: async (act) => {
    const timeoutMs = (deadlines.restart ?? 0) * 1000
    await act.pair.killRelay()
    const [answered] = await Promise.all([
      act.stage.bytes.call('firstByte', { ...act.at('echo'), timeoutMs }, timeoutMs + 10_000),
      act.pair.startRelay(),
    ])
    return { restart: seconds(answered) }
  },
}
