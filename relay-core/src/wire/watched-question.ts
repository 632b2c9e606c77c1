/** What the relay asks npc of its machine (spec/wire.md §5). */
export interface WatchedQuestion {
  readonly pids: readonly number[]
  readonly gpus: boolean
}

const maxPids = 32

/** `u8 gpus | u16 count | count × u32 pid`. */
export function encodeQuestion({ pids, gpus }: WatchedQuestion): Uint8Array {
  const bytes = new Uint8Array(3 + 4 * pids.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, gpus ? 1 : 0)
  view.setUint16(1, pids.length)
  for (const [index, pid] of pids.entries()) view.setUint32(3 + 4 * index, pid)
  return bytes
}

/** Null: it is no such question. */
export function decodeQuestion(bytes: Uint8Array): WatchedQuestion | null {
  if (bytes.length < 3) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [asksGpus, count] = [view.getUint8(0), view.getUint16(1)]
  if (asksGpus > 1 || count > maxPids || bytes.length !== 3 + 4 * count) return null
  const pids = Array.from({ length: count }, (_, index) => view.getUint32(3 + 4 * index))
  return pids.every((pid) => pid > 0) ? { gpus: asksGpus === 1, pids } : null
}
