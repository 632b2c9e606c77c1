import type { Row } from './row.ts'

const workers = 16

/** Connect, one byte there and back, close: as a browser or a script does all day. */
export const connections: Row = {
  gives: ['connections'],
  measure: async (act, { measureMs, warmUpMs }) => {
    const visit = (ms: number) => act.stage.bytes.call('connections', { ...act.at('echo'), workers, ms })
    await visit(warmUpMs)
    const { count, seconds } = await visit(measureMs)
    return { connections: count / seconds }
  },
}
