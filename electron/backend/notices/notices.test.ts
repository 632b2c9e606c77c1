import { defaultSettings, emptyOverview } from '@nps-desktop/electron/contract'
import type { NoticePage } from '@nps-desktop/electron/contract'
import { Feed } from '@nps-desktop/relay-core/async'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, it } from 'vitest'
import { Notices } from './notices.ts'
import { isQuiet, quietForMinutes } from './quiet-hours.ts'
import type { ToldNotice } from './told-notice.ts'

const empty = emptyOverview(0)
const ended = (name: string): ToldNotice => ({
  cause: `alert ${name}`,
  page: { name: 'lab', labId: 'l1' },
  event: { code: 'process-ended', process: name, lab: 'a100', exitCode: 0, ranMs: 1, freeGpus: [] },
})
const labEvent = (code: 'lab-away' | 'lab-back'): ToldNotice => ({
  cause: 'lab l1',
  page: { name: 'lab', labId: 'l1' },
  event:
    code === 'lab-away'
      ? { code, lab: 'a100', sinceMs: 0, tunnels: 1 }
      : { code, lab: 'a100', awayMs: 1, tunnels: 1 },
})

/** Notices of a person with these settings; the clock begins at midnight. */
function noticesOf(change: Partial<typeof defaultSettings> = {}) {
  const settings = { ...defaultSettings, ...change }
  const clock = new ManualClock(0)
  const storage = { settings: { get: () => settings }, servers: { list: () => [] }, labs: { list: () => [] } }
  const notices = new Notices({
    storage,
    relays: {
      view: () => {
        throw new Error('there is no server')
      },
    },
    overview: new Feed(empty),
    clock,
    minuteOfDay: (atMs) => Math.floor(atMs / 60_000) % 1440,
  })
  const told: string[] = []
  const stop = new AbortController()
  const reading = (async () => {
    for await (const { events } of notices.watch({}, { signal: stop.signal }))
      told.push(events.map(({ code }) => code).join('+'))
  })()
  const close = async (): Promise<void> => {
    stop.abort()
    await reading
    notices.close()
  }
  return { notices, clock, told, close }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

it('tells at once, unless the person does not want it or sees it', async () => {
  const { notices, told, close } = noticesOf({ notifyFaults: false })
  await settled()
  notices.tell(ended('a'))
  notices.tell(labEvent('lab-away'))
  await settled()
  expect(told).toEqual(['process-ended'])
  const page: NoticePage = { name: 'lab', labId: 'l1' }
  const look = new AbortController()
  const looking = notices.lookAt({ page }, { signal: look.signal })
  await looking.next()
  const end = looking.next()
  notices.tell(ended('b'))
  look.abort()
  await end
  notices.tell(ended('c'))
  await settled()
  expect(told).toEqual(['process-ended', 'process-ended'])
  await close()
})

it('gathers what happens in quiet hours, and tells it as one after them', async () => {
  const quietHours = { isOn: true, fromMinute: 22 * 60, toMinute: 8 * 60 }
  const { notices, clock, told, close } = noticesOf({ quietHours })
  await settled()
  notices.tell(ended('a'))
  notices.tell(ended('b'))
  notices.tell(labEvent('lab-away'))
  notices.tell(labEvent('lab-back'))
  clock.advance(8 * 3_600_000 - 1)
  await settled()
  expect(told).toEqual([])
  clock.advance(1)
  await settled()
  expect(told).toEqual(['process-ended+process-ended'])
  clock.advance(3_600_000)
  notices.tell(ended('c'))
  await settled()
  expect(told).toHaveLength(2)
  expect(clock.waiting).toBe(0)
  await close()
})

it('knows quiet hours that go over midnight', () => {
  const night = { isOn: true, fromMinute: 22 * 60, toMinute: 8 * 60 }
  expect([21 * 60 + 59, 22 * 60, 0, 8 * 60 - 1, 8 * 60].map((minute) => isQuiet(night, minute))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
  expect(quietForMinutes(night, 23 * 60)).toBe(9 * 60)
  expect(isQuiet({ ...night, isOn: false }, 0)).toBe(false)
  const noon = { isOn: true, fromMinute: 12 * 60, toMinute: 13 * 60 }
  expect([11 * 60, 12 * 60, 13 * 60].map((minute) => isQuiet(noon, minute))).toEqual([false, true, false])
})

const night = { isOn: true, fromMinute: 22 * 60, toMinute: 8 * 60 }

it('tells what was gathered as soon as it is morning, also where the laptop slept until then', async () => {
  const { notices, clock, told, close } = noticesOf({ quietHours: night })
  notices.start()
  await settled()
  notices.tell(ended('a'))
  clock.set(9 * 3_600_000)
  clock.advance(60_000)
  await settled()
  expect(told).toEqual(['process-ended'])
  await close()
})

it('tells nothing of a lab box that is back again, although so much was gathered that nothing more is', async () => {
  const { notices, clock, told, close } = noticesOf({ quietHours: night })
  await settled()
  notices.tell(labEvent('lab-away'))
  for (let count = 0; count < 60; count++) notices.tell(ended(`process ${count}`))
  notices.tell(labEvent('lab-back'))
  clock.advance(8 * 3_600_000)
  await settled()
  expect(told[0]).not.toContain('lab-')
  await close()
})

it('of a lab box that was told away, what is told in the morning is how it is then', async () => {
  const told = async (...events: ('lab-away' | 'lab-back')[]): Promise<string[]> => {
    const world = noticesOf({ quietHours: night })
    await settled()
    for (const event of events) world.notices.tell(labEvent(event))
    world.clock.advance(8 * 3_600_000)
    await settled()
    await world.close()
    return world.told
  }
  expect(await told('lab-back')).toEqual(['lab-back'])
  expect(await told('lab-back', 'lab-away')).toEqual([])
  expect(await told('lab-back', 'lab-away', 'lab-back')).toEqual(['lab-back'])
  expect(await told('lab-away', 'lab-back', 'lab-away')).toEqual(['lab-away'])
})
