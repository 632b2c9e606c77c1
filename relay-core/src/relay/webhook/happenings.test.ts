import { expect, test } from 'vitest'
import type { Absence } from '../../api/client-models.ts'
import type { WebhookEvent } from './event.ts'
import { nextHappenings, nothingWatched, notAgainWithinMs, type SeenHappenings } from './happenings.ts'
import type { Seen } from './seen.ts'
import { toldOf, watchedFrom } from './told.ts'
import { wordsOf } from './words.ts'

const t0 = Date.UTC(2026, 10, 29, 10)
const [second, minute, hour] = [1_000, 60_000, 3_600_000]

interface Change {
  online?: boolean
  sinceMs?: number | null
  lastAbsence?: Absence
  enabled?: boolean
  isTemporary?: boolean
  down?: string[]
  used?: number
  monthUsed?: number
  passes?: Seen['passes']
}
const limits = { quotaBytes: 10e9, monthlyQuotaBytes: 100e9 }
function seen({
  online = true,
  sinceMs = t0,
  enabled = true,
  isTemporary = false,
  ...more
}: Change = {}): Seen {
  const agent = online
    ? {
        sinceMs: sinceMs ?? t0,
        state: 'online' as const,
        address: 'a:1',
        version: '1',
        protocol: 'native' as const,
        roundTripMs: 1,
        ...(more.lastAbsence && { lastAbsence: more.lastAbsence }),
      }
    : { sinceMs, state: 'offline' as const }
  const bytes = { downBytes: more.used ?? 0, upBytes: 0, monthBytes: more.monthUsed ?? 0 }
  return {
    clients: [{ id: 3, name: 'lab-a100', enabled, isTemporary, agent, limits: {}, ...bytes }],
    tunnels: [
      { id: 7, clientId: 3, name: 'Jupyter', enabled: true, downTargets: more.down ?? [], limits, ...bytes },
    ],
    passes: more.passes ?? [],
  }
}

/** What is told at each of some moments, looked at in turn. */
function told(
  moments: readonly (readonly [atMs: number, change: Change])[],
  from: SeenHappenings = nothingWatched,
) {
  let watched = from
  const all: WebhookEvent[][] = []
  for (const [atMs, change] of moments) {
    const next = nextHappenings(watched, seen(change), { nowMs: t0 + atMs, calmUntilMs: t0 })
    watched = next.watched
    all.push(next.events)
  }
  return { all, watched }
}

test('a lab box that is away for a minute is told once, and its return with how long it took', () => {
  const away = { online: false, sinceMs: t0 + 5 * second }
  const { all } = told([
    [0, {}],
    [10 * second, away],
    [64 * second, away],
    [66 * second, away],
    [2 * minute, away],
    [14 * minute, { sinceMs: t0 + 14 * minute - 5 * second }],
    [15 * minute, { sinceMs: t0 + 14 * minute - 5 * second }],
    [16 * minute, {}],
  ])
  expect(all).toEqual([
    [],
    [],
    [],
    [{ event: 'lab-away', lab: 'lab-a100', sinceMs: t0 + 5 * second, tunnels: 1 }],
    [],
    [],
    [{ event: 'lab-back', lab: 'lab-a100', awayMs: 14 * minute - 10 * second }],
    [],
  ])
})

test('the return of a lab box says that a login page of its network kept it away', () => {
  const lastAbsence = { sinceMs: t0 + 5 * second, untilMs: t0 + 14 * minute, why: 'portal' } as const
  const { all } = told([
    [0, {}],
    [2 * minute, { online: false, sinceMs: t0 + 5 * second }],
    [15 * minute, { sinceMs: t0 + 14 * minute, lastAbsence }],
  ])
  const [event] = all[2] ?? []
  expect(event).toMatchObject({ event: 'lab-back', why: 'portal' })
  if (!event) throw new Error('nothing was told')
  const message = { atMs: t0, server: 'cloud-hz', event }
  expect(wordsOf(message, 'en').body).toContain('It seems to have been behind a login page of its network.')
  expect(wordsOf(message, 'zh-CN').body).toContain('登录页')
})

test('a line that comes and goes is one message in an hour, and a lab box that then stays away is told after it', () => {
  const moments: [number, Change][] = [[0, {}]]
  for (let at = minute; at < 50 * minute; at += 20 * second)
    moments.push([at, at % minute < 30 * second ? { online: false, sinceMs: t0 + at } : {}])
  expect(told(moments).all.flat()).toEqual([])
  const away = (at: number): [number, Change] => [at + 2 * minute, { online: false, sinceMs: t0 + at }]
  const back = (at: number): [number, Change] => [at, { sinceMs: t0 + at - 30 * second }]
  const { all } = told([
    [0, {}],
    away(0),
    back(5 * minute),
    away(6 * minute),
    back(10 * minute),
    away(20 * minute),
    [notAgainWithinMs + 3 * minute, { online: false, sinceMs: t0 + 20 * minute }],
  ])
  expect(all.map((events) => events.map(({ event }) => event))).toEqual([
    [],
    ['lab-away'],
    ['lab-back'],
    [],
    [],
    [],
    ['lab-away'],
  ])
})

test('a clock that is set back by hours keeps nothing untold', () => {
  const { all } = told([
    [8 * hour, {}],
    [8 * hour + 2 * minute, { online: false, sinceMs: t0 + 8 * hour }],
    [8 * hour + 10 * minute, { sinceMs: t0 + 8 * hour + 9 * minute }],
    [8 * hour + 11 * minute, { online: false, sinceMs: t0 + 8 * hour + 11 * minute }],
    [minute, { online: false, sinceMs: t0 + 8 * hour + 11 * minute }],
    [3 * minute, { online: false, sinceMs: t0 + 8 * hour + 11 * minute }],
    [5 * minute, { sinceMs: t0 + 4 * minute }],
  ])
  expect(all.slice(-3)).toEqual([
    [],
    [{ event: 'lab-away', lab: 'lab-a100', sinceMs: t0 + minute, tunnels: 1 }],
    [{ event: 'lab-back', lab: 'lab-a100', awayMs: 3 * minute }],
  ])
})

test('what a person has switched off, was never there, or made itself is not told', () => {
  const long = { online: false, sinceMs: t0 }
  expect(
    told([
      [0, {}],
      [hour, { ...long, enabled: false }],
      [2 * hour, long],
    ]).all.flat(),
  ).toEqual([])
  expect(
    told([
      [0, long],
      [hour, long],
    ]).all.flat(),
  ).toEqual([])
  expect(
    told([
      [0, { isTemporary: true }],
      [hour, { ...long, isTemporary: true }],
    ]).all.flat(),
  ).toEqual([])
})

test('a watched service is told apart from its lab box, and not while that is away', () => {
  const down = { down: ['127.0.0.1:8888'] }
  const { all } = told([
    [0, {}],
    [10 * second, down],
    [71 * second, down],
    [5 * minute, {}],
  ])
  expect(all).toEqual([
    [],
    [],
    [
      {
        event: 'service-away',
        service: 'Jupyter',
        lab: 'lab-a100',
        targets: ['127.0.0.1:8888'],
        sinceMs: t0 + 10 * second,
      },
    ],
    [{ event: 'service-back', service: 'Jupyter', lab: 'lab-a100', awayMs: 5 * minute - 10 * second }],
  ])
  const gone = { ...down, online: false, sinceMs: t0 + minute }
  const events = told([
    [0, {}],
    [minute, gone],
    [3 * minute, gone],
  ]).all.flat()
  expect(events.map(({ event }) => event)).toEqual(['lab-away'])
})

test('80 % and 100 % of a quota are told once each, and again when it was raised or a month is over', () => {
  const { all } = told([
    [0, { used: 7.9e9 }],
    [1, { used: 8.1e9 }],
    [2, { used: 9e9, monthUsed: 101e9 }],
    [3, { used: 11e9, monthUsed: 102e9 }],
    [4, { used: 11e9, monthUsed: 0 }],
    [5, { used: 11e9, monthUsed: 85e9 }],
  ])
  const short = all.map((events) =>
    events.map((one) => (one.event === 'quota' ? [one.of, one.percent, one.isMonthly] : one)),
  )
  expect(short).toEqual([
    [],
    [['Jupyter', 81, false]],
    [['Jupyter', 100, true]],
    [['Jupyter', 100, false]],
    [],
    [['Jupyter', 85, true]],
  ])
})

test('the first use of a guest pass is told, and its end; one that was revoked is not', () => {
  const pass = { id: 1, tunnelId: 7, name: 'A labmate', expiresAtMs: t0 + hour, revokedAtMs: null }
  const fresh = { ...pass, firstUsedAtMs: null, lastAddress: null }
  const used = { ...pass, firstUsedAtMs: t0, lastAddress: '203.0.113.7' }
  const place = { guest: 'A labmate', service: 'Jupyter', lab: 'lab-a100' }
  expect(
    told([
      [0, { passes: [fresh] }],
      [1, { passes: [used] }],
      [2, { passes: [used] }],
      [hour, { passes: [] }],
    ]).all,
  ).toEqual([
    [],
    [{ event: 'guest-came', address: '203.0.113.7', ...place }],
    [],
    [{ event: 'guest-pass-over', wasUsed: true, ...place }],
  ])
  const revoked = { ...used, revokedAtMs: t0 + 5 }
  expect(
    told([
      [0, { passes: [used] }],
      [9, { passes: [revoked] }],
      [hour, { passes: [] }],
    ]).all.flat(),
  ).toEqual([])
})

test('a relay that starts again tells the return of what the one before has told, and a lab box that stays away since', () => {
  const away = { online: false, sinceMs: t0 + second }
  const first = told([
    [0, { used: 8.5e9 }],
    [2 * minute, { ...away, used: 8.5e9 }],
  ])
  expect(first.all.flat()).toHaveLength(2)
  const kept: unknown = JSON.parse(JSON.stringify(toldOf(first.watched)))
  const later = watchedFrom(kept as ReturnType<typeof toldOf>, seen(away).clients, t0 + 3 * minute)
  expect(told([[10 * minute, { used: 8.5e9, sinceMs: t0 + 9 * minute }]], later).all).toEqual([
    [{ event: 'lab-back', lab: 'lab-a100', awayMs: 9 * minute - second }],
  ])
  const lost = watchedFrom({}, seen({ online: false, sinceMs: t0 }).clients, t0 + minute)
  const look = nextHappenings(lost, seen({ online: false, sinceMs: t0 }), {
    nowMs: t0 + 90 * second,
    calmUntilMs: t0 + 2 * minute,
  })
  expect(look.events).toEqual([])
  expect(told([[2 * minute, { online: false, sinceMs: t0 }]], look.watched).all.flat()).toMatchObject([
    { event: 'lab-away', sinceMs: t0 },
  ])
})
