import { setTimeout as delay } from 'node:timers/promises'
import type { Measured } from '../figures.ts'
import { quantile } from '../quantile.ts'
import type { Act } from '../stage.ts'
import type { BenchRow } from './row.ts'

type Direction = 'source' | 'sink'

/** How long a copy runs before it is counted, and the seconds that are. */
const warmUpMs = 3_000
const countedSeconds = 20

/** A way that the first visit has had looked for is found by then. */
const foundWithinMs = 20_000

interface Copied {
  /** Mbit/s, of each second. */
  readonly rates: readonly number[]
  /** The most that was seen, in MB. */
  readonly visitorMegabytes: number
  readonly agentMegabytes: number
}

/** Lines of 100 Mbit/s, 50 ms there and back, and a server of 4 Mbit/s between. */
async function shape(act: Act, loss: number): Promise<void> {
  const end = { delayMs: 12.5, megabits: 100, loss }
  await act.stage.place.shape?.({ laptop: end, server: { delayMs: 0, megabits: 4, loss: 0 }, lab: end })
}

/** The first copy goes by the relay; once the visitor has found a way, another one does not. */
async function copy(act: Act, direction: Direction): Promise<Copied> {
  const { copies, copyTarget } = act.stage
  const { agent, visitors } = act.pair
  const visitor = visitors?.[direction]
  if (!visitor || !agent) throw new Error('no visitor')
  const begin = () =>
    copies.call(direction === 'sink' ? 'push' : 'pull', { ...act.at(direction), streams: 1 })
  const stop = () => copies.call('stop', undefined)
  await begin()
  try {
    await visitor.says(/private tunnel way=direct/, foundWithinMs)
    await stop()
    await begin()
    await delay(warmUpMs)
    const rates: number[] = []
    let [visitorMegabytes, agentMegabytes] = [0, 0]
    while (rates.length < countedSeconds) {
      const ms = 1_000
      const { bytes, seconds } = await (direction === 'sink'
        ? copyTarget.call('measure', { ms })
        : copies.call('measure', { ms }))
      rates.push((bytes * 8) / 1e6 / seconds)
      visitorMegabytes = Math.max(visitorMegabytes, visitor.residentBytes / 1e6)
      agentMegabytes = Math.max(agentMegabytes, agent.residentBytes / 1e6)
    }
    return { rates, visitorMegabytes, agentMegabytes }
  } finally {
    await stop()
  }
}

/** One copy past the server, in each direction, without loss and with 1 % each way; each second counted by itself. */
export const wanDirect: BenchRow = {
  isWide: true,
  isFor: ({ isDirect }) => isDirect === true,
  measure: async (act): Promise<Measured> => {
    await shape(act, 0)
    const down = await copy(act, 'source')
    const up = await copy(act, 'sink')
    await shape(act, 0.01)
    const lossyDown = await copy(act, 'source')
    const lossyUp = await copy(act, 'sink')
    const all = [down, up, lossyDown, lossyUp]
    for (const { rates } of all) console.error(rates.map((rate) => rate.toFixed(0)).join(' '))
    return {
      directDown: quantile(down.rates, 0.5),
      directDownLeast: Math.min(...down.rates),
      directUp: quantile(up.rates, 0.5),
      directUpLeast: Math.min(...up.rates),
      directLossyDown: quantile(lossyDown.rates, 0.5),
      directLossyDownLeast: Math.min(...lossyDown.rates),
      directLossyUp: quantile(lossyUp.rates, 0.5),
      directLossyUpLeast: Math.min(...lossyUp.rates),
      directVisitor: Math.max(...all.map(({ visitorMegabytes }) => visitorMegabytes)),
      directAgent: Math.max(...all.map(({ agentMegabytes }) => agentMegabytes)),
    }
  },
}
