import type { BenchRow } from './row.ts'

const workers = 16

/** Connect, one byte there and back, close: as a browser or a script does all day. */
export const connections: BenchRow = {
  measure: async (act, { measureMs, warmUpMs }) => {
    const visit = (ms: number) => act.stage.bytes.call('connections', { ...act.at('echo'), workers, ms })
    // Longer than for a copy: so much more code takes part.
    await visit(3 * warmUpMs)
    const { count, seconds } = await visit(measureMs)
    return { connections: count / seconds }
  },
}
