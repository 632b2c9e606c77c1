import { setTimeout as delay } from 'node:timers/promises'
import type { Act } from '../stage.ts'
import type { Pace, BenchRow } from './row.ts'

type Direction = 'push' | 'pull'
interface Copied {
  readonly bytes: number
  readonly seconds: number
  readonly processorSeconds: number
}

/** Copies for a while and counts at the receiving end, after it has warmed up. */
async function copy(act: Act, pace: Pace, direction: Direction, streams: number): Promise<Copied> {
  const { copies, copyTarget } = act.stage
  await copies.call(direction, { ...act.at(direction === 'push' ? 'sink' : 'source'), streams })
  try {
    await delay(pace.warmUpMs)
    const processorBefore = act.processorSeconds
    const ms = pace.measureMs
    const { bytes, seconds } = await (direction === 'push'
      ? copyTarget.call('measure', { ms })
      : copies.call('measure', { ms }))
    return { bytes, seconds, processorSeconds: act.processorSeconds - processorBefore }
  } finally {
    await copies.call('stop', undefined)
  }
}

const rate = ({ bytes, seconds }: Copied) => bytes / 1e6 / seconds

export const oneStream: BenchRow = {
  measure: async (act, pace) => {
    const up = await copy(act, pace, 'push', 1)
    const down = await copy(act, pace, 'pull', 1)
    const gigabytes = (up.bytes + down.bytes) / 1e9
    return {
      up: rate(up),
      down: rate(down),
      ...(act.pair.relay && { processor: (up.processorSeconds + down.processorSeconds) / gigabytes }),
    }
  },
}

export const manyStreams: BenchRow = {
  measure: async (act, pace) => ({ streams: rate(await copy(act, pace, 'pull', 32)) }),
}
