import { connections } from './connections.ts'
import { files, wanFiles } from './copied-files.ts'
import { manyStreams, oneStream } from './copies.ts'
import { memory, memoryAfter } from './memory.ts'
import { deadLink, restart } from './recovery.ts'
import { wanCopy, wanCrowd, wanCut, wanFirstByte, wanPage, wanPoor, wanTyping } from './wide-area.ts'
import { terminal, wanJupyter, wanSsh, wanTensorboard, wanTerminal } from './wide-lab.ts'
import { wanDirect } from './wide-direct.ts'
import { idleRoundTrip, loadedRoundTrip, pacedRoundTrip, shapedRoundTrip } from './round-trips.ts'

/** By their names on the command line, in the order in which a pair goes through them. */
export const rows = {
  stream: oneStream,
  streams: manyStreams,
  connections,
  latency: idleRoundTrip,
  paced: pacedRoundTrip,
  loaded: loadedRoundTrip,
  memory,
  after: memoryAfter,
  restart,
  files,
  terminal,
  shaped: shapedRoundTrip,
  dead: deadLink,
  'wan-first-byte': wanFirstByte,
  'wan-page': wanPage,
  'wan-poor': wanPoor,
  'wan-copy': wanCopy,
  'wan-typing': wanTyping,
  'wan-crowd': wanCrowd,
  'wan-ssh': wanSsh,
  'wan-terminal': wanTerminal,
  'wan-files': wanFiles,
  'wan-jupyter': wanJupyter,
  'wan-tensorboard': wanTensorboard,
  'wan-cut': wanCut,
  'wan-direct': wanDirect,
} as const

export type RowName = keyof typeof rows
export const rowNames = Object.keys(rows) as RowName[]
