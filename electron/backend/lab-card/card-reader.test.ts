import type { LabReading } from '@nps-desktop/electron/contract'
import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, it } from 'vitest'
import { AppError } from '../failures/app-error.ts'
import { CardReader } from './card-reader.ts'

interface Look {
  readonly watched: readonly number[]
  readonly withGpus: boolean
}

/** A reader of a box that answers at once; `answer` may fail instead. */
function readerOf(
  answer: (look: Look) => string = () => 'm who\ngoudan\nLinux\n8',
  { takesMs = 0 }: { takesMs?: number } = {},
) {
  const clock = new ManualClock()
  const looks: (Look & { atMs: number })[] = []
  const kept: LabReading[] = []
  const reader = new CardReader({
    last: null,
    keep: (reading) => kept.push(reading),
    look: async ({ watched, withGpus }) => {
      looks.push({ watched, withGpus, atMs: clock.now() })
      if (takesMs > 0) await new Promise<void>((resolve) => clock.after(takesMs, resolve))
      return { text: answer({ watched, withGpus }), mark: 'm' }
    },
    onReading: () => undefined,
    clock,
    log: silentLog,
  })
  /** Time passes, and what was begun meanwhile ends. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(1_000, left))
      await settled()
    }
  }
  return { reader, looks, kept, clock, pass }
}

/** Everything that needs no time has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

function watching(reader: CardReader): AbortController {
  const stop = new AbortController()
  const feed = reader.feed.watch(stop.signal)
  void (async () => {
    for await (const _ of feed) continue
  })()
  return stop
}

it('reads every five seconds while somebody looks, each minute for an alert, else not at all', async () => {
  const { reader, looks, clock, pass } = readerOf()
  await pass(60_000)
  expect(looks).toHaveLength(0)
  const stop = watching(reader)
  await pass(31_000)
  expect(looks).toHaveLength(7)
  using need = reader.need([48_211])
  stop.abort()
  await settled()
  await pass(120_000)
  expect(looks.length).toBeGreaterThanOrEqual(8)
  expect(looks.length).toBeLessThanOrEqual(9)
  expect(looks.at(-1)?.watched).toEqual([48_211])
  need[Symbol.dispose]()
  const before = looks.length
  await pass(300_000)
  expect(looks).toHaveLength(before)
  expect(clock.waiting).toBe(0)
  await reader.close()
})

it('reads every ten seconds where a look takes the machine long', async () => {
  const { reader, looks, pass } = readerOf(undefined, { takesMs: 4_000 })
  const stop = watching(reader)
  await pass(31_000)
  expect(looks.map(({ atMs }) => atMs - (looks[0]?.atMs ?? 0))).toEqual([0, 10_000, 20_000, 30_000])
  stop.abort()
  await pass(5_000)
  await reader.close()
})

it('keeps the last truth when nobody looks any more', async () => {
  const { reader, kept, pass } = readerOf()
  const stop = watching(reader)
  await pass(25_000)
  const written = kept.length
  stop.abort()
  await settled()
  expect(kept).toHaveLength(written + 1)
  expect(reader.feed.value).toMatchObject({ failure: null, reading: { cpu: { threads: 8 } } })
  expect(reader.feed.value.minutes.length).toBeGreaterThan(0)
  await reader.close()
})

it('tries a box that does not answer less and less often, and says why', async () => {
  const { reader, looks, pass } = readerOf(() => {
    throw new AppError('ssh-unreachable', 'no', { host: 'h', port: 22, reason: 'no route' })
  })
  const stop = watching(reader)
  await pass(600_000)
  expect(looks.length).toBeLessThan(7)
  expect(reader.feed.value.failure?.code).toBe('ssh-unreachable')
  stop.abort()
  await settled()
  await reader.close()
})

it('does not knock again where it was refused, until a person says so', async () => {
  let isRight = false
  const { reader, looks, pass } = readerOf(() => {
    if (isRight) return 'm who\ngoudan\nLinux\n8'
    throw new AppError('login-rejected', 'no', { host: 'h', user: 'u', methods: '', tried: '' })
  })
  const stop = watching(reader)
  await pass(600_000)
  expect(looks).toHaveLength(1)
  isRight = true
  reader.readNow()
  await pass(1_000)
  expect(looks).toHaveLength(2)
  expect(reader.feed.value.failure).toBeNull()
  stop.abort()
  await settled()
  await reader.close()
})

it('leaves a GPU tool alone that hangs', async () => {
  const { reader, looks, pass } = readerOf(({ withGpus }) => {
    if (withGpus) throw new AppError('ssh-timeout', 'slow', { host: 'h', port: 22, seconds: 40 })
    return 'm who\ngoudan\nLinux\n8'
  })
  const stop = watching(reader)
  await pass(60_000)
  expect(looks.filter(({ withGpus }) => withGpus)).toHaveLength(1)
  expect(reader.feed.value.reading?.cpu?.threads).toBe(8)
  stop.abort()
  await settled()
  await reader.close()
})

it('goes on at its pace when the clock is set back', async () => {
  const { reader, looks, clock, pass } = readerOf()
  const stop = watching(reader)
  await pass(11_000)
  clock.set(-86_400_000)
  stop.abort()
  await settled()
  const again = watching(reader)
  await pass(31_000)
  expect(looks.length).toBeGreaterThanOrEqual(4)
  again.abort()
  await settled()
  await reader.close()
})
