import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import { expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import type { Relays } from '../relays/relays.ts'
import { watchAgent } from './until-back.ts'

/** Pauses take no time. */
const clock: Clock = { ...systemClock, after: (_ms, call) => systemClock.after(0, call) }
const lab = { serverId: 's1', clientId: 3 }

/** A server whose feeds of clients are these, one after the other and the last one again and again. */
function relaysOf(feeds: readonly (() => AsyncIterable<Seen[]>)[]): Pick<Relays, 'reach'> {
  let at = 0
  const clients = {
    list: () => Promise.resolve([clientSince(1, '1.0.0')]),
    watch: () => Promise.resolve(feeds[Math.min(at++, feeds.length - 1)]?.() ?? feed()),
  }
  return standIn<Relays>({ reach: () => Promise.resolve({ clients }) })
}

type Seen = ReturnType<typeof clientSince>

function clientSince(sinceMs: number, version: string) {
  return { id: 3, agent: { state: 'online', version, sinceMs } } as const
}

async function* feed(...lists: Seen[][]): AsyncIterable<Seen[]> {
  yield* lists
}

// oxlint-disable-next-line require-yield
async function* broken(): AsyncIterable<Seen[]> {
  throw new Error('the line broke off')
}

test('an agent is waited for over lines to the server that break off or end', async () => {
  const relays = relaysOf([
    broken,
    () => feed([clientSince(1, '1.0.0')]),
    () => feed([], [clientSince(2, '1.1.0')]),
  ])
  const { signal } = new AbortController()
  const until = await watchAgent(relays, lab, { clock, signal })
  await expect(until('1.1.0', { signal })).resolves.toBeUndefined()
})

test('it is waited for no longer than it may', async () => {
  const stop = new AbortController()
  const until = await watchAgent(relaysOf([() => feed()]), lab, { clock, signal: stop.signal })
  const waiting = until('1.1.0', { signal: stop.signal })
  stop.abort(new Error('time is up'))
  await expect(waiting).rejects.toThrow('time is up')
})
