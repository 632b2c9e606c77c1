import { setTimeout as delay } from 'node:timers/promises'
import type { Act } from '../stage.ts'
import type { BenchRow } from './row.ts'

/** After this an idle program has given back what starting took. */
const settleMs = 4_000
const openStreams = 1_000
const workers = 16
/** Our relay looks every 30 s for carriers that nobody needed in the last 30 s. */
const calmMs = 75_000
const lookIntervalMs = 1_000

const megabytes = (act: Act) => ({
  relay: (act.pair.relay?.residentBytes ?? 0) / 1e6,
  agent: (act.pair.agent?.residentBytes ?? 0) / 1e6,
})
const descriptors = (act: Act) =>
  (act.pair.relay?.openDescriptors ?? 0) + (act.pair.agent?.openDescriptors ?? 0)

/** As after a boot: without what its tunnels were set up with. */
async function startAfresh(act: Act): Promise<void> {
  if (act.comesBack) {
    await act.pair.killRelay()
    await act.pair.startRelay()
    await act.stage.bytes.call('firstByte', { ...act.at('echo'), timeoutMs: 20_000 })
  }
  await delay(settleMs)
}

/** The first call brings what understands calls into memory. For an idle relay. */
async function memoryAfterCall({ pair }: Act): Promise<{ relayAsked?: number }> {
  if (!pair.callRelay) return {}
  await pair.callRelay()
  await delay(settleMs)
  return { relayAsked: (pair.relay?.residentBytes ?? 0) / 1e6 }
}

export const memory: BenchRow = {
  isOnce: true,
  isFor: ({ name, isVariant }) => name !== 'direct' && !isVariant,
  measure: async (act) => {
    const { bytes } = act.stage
    await startAfresh(act)
    const idle = megabytes(act)
    const { relay, agent } = act.pair
    const own = { relayOwn: (relay?.ownBytes ?? 0) / 1e6, agentOwn: (agent?.ownBytes ?? 0) / 1e6 }
    // Before the streams: what an agent still holds of them it asks the next relay for, and refusing some hundred leaves megabytes behind.
    const asked = await memoryAfterCall(act)
    await startAfresh(act)
    await bytes.call('hold', { ...act.at('echo'), count: openStreams }, 60_000)
    await delay(settleMs)
    const open = megabytes(act)
    await bytes.call('release', undefined)
    return {
      relayIdle: idle.relay,
      agentIdle: idle.agent,
      ...own,
      ...asked,
      relayOpen: open.relay,
      agentOpen: open.agent,
    }
  },
}

export const memoryAfter: BenchRow = {
  isOnce: true,
  // Minutes each: for the programs of this project only.
  isFor: ({ name }) => name === 'ours' || name === 'against',
  measure: async (act, { visits }) => {
    await delay(settleMs)
    const [before, descriptorsBefore] = [megabytes(act), descriptors(act)]
    await act.stage.bytes.call('churn', { ...act.at('echo'), workers, total: visits }, 300_000)
    const calmBy = performance.now() + calmMs
    while (descriptors(act) > descriptorsBefore && performance.now() < calmBy) await delay(lookIntervalMs)
    const after = megabytes(act)
    return {
      relayGrown: after.relay - before.relay,
      agentGrown: after.agent - before.agent,
      descriptorsGrown: descriptors(act) - descriptorsBefore,
    }
  },
}
