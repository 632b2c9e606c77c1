import { expect, it } from 'vitest'
import type { Notice, NoticeEvent } from './notices-contract.ts'
import { noticeEvent } from './notices-contract.ts'
import { noticeWords } from './notice-words.ts'

const notice = (...events: NoticeEvent[]): Notice => ({
  id: 1,
  cause: 'c',
  atMs: 0,
  page: { name: 'home' },
  events,
})
const minuteMs = 60_000

const all: NoticeEvent[] = [
  { code: 'server-away', server: 'cloud-hz', sinceMs: 0, tunnels: 3 },
  { code: 'server-back', server: 'cloud-hz', awayMs: 14 * minuteMs, tunnels: 3 },
  { code: 'lab-away', lab: 'lab-a100', sinceMs: 0, tunnels: 1, why: 'lost' },
  { code: 'lab-back', lab: 'lab-a100', awayMs: 90 * minuteMs, tunnels: 1, why: 'restarted' },
  {
    code: 'service-gone',
    service: 'Jupyter',
    lab: 'lab-a100',
    target: '127.0.0.1:8888',
    awayMs: 2 * minuteMs,
    isRefused: true,
  },
  { code: 'service-back', service: 'Jupyter', lab: 'lab-a100', awayMs: 2 * minuteMs },
  {
    code: 'process-ended',
    process: 'train.py',
    lab: 'lab-a100',
    exitCode: 0,
    ranMs: 258 * minuteMs,
    freeGpus: [0, 1],
  },
  { code: 'gpus-free', lab: 'lab-a100', gpus: [1, 3] },
  { code: 'disk-over', lab: 'lab-a100', mount: '/home', percent: 91 },
  { code: 'memory-over', lab: 'lab-a100', percent: 92 },
  { code: 'quota-near', of: 'Jupyter (lab-a100)', percent: 80, usedBytes: 812e9, quotaBytes: 1000e9 },
]

it('has words for everything that can be told, in both languages', () => {
  expect(all.map(({ code }) => code)).toEqual(noticeEvent.options.map(({ shape }) => shape.code.value))
  for (const event of all) {
    for (const language of ['en', 'zh-CN'] as const) {
      const { title, body } = noticeWords(notice(event), language)
      expect(title).not.toMatch(/undefined|NaN|\{|[.。]$/)
      expect(body).toMatch(/[.。]$/)
    }
  }
})

it('is a full sentence about a named thing', () => {
  const titles = all.map((event) => noticeWords(notice(event), 'en'))
  expect(titles.map(({ title }) => title)).toEqual([
    'cloud-hz does not answer',
    'All three tunnels are back',
    'lab-a100 is offline',
    'lab-a100 is back',
    'Jupyter on lab-a100 has not answered for 2 min',
    'Jupyter on lab-a100 is back',
    'train.py ended on lab-a100',
    'Two GPUs are free on lab-a100',
    '/home on lab-a100 is 91 % full',
    '92 % of the memory of lab-a100 is used',
    '80 % of the quota of Jupyter (lab-a100) is used',
  ])
  expect(titles[6]?.body).toBe('Exit code 0 after 4 h 18 min. GPU 0 and 1 are free now.')
  expect(titles[1]?.body).toBe('cloud-hz was away for 14 min.')
})

it('a lab box that is back from behind a login page says so in both languages', () => {
  const back = notice({
    code: 'lab-back',
    lab: 'lab-a100',
    awayMs: 25 * minuteMs,
    tunnels: 1,
    why: 'portal',
  })
  expect(noticeWords(back, 'en').body).toBe(
    'It was offline for 25 min. It seems to have been behind the login page of its network.',
  )
  expect(noticeWords(back, 'zh-CN').body).toBe('它离线了 25 分钟。它所在的网络似乎要求先在登录页登录。')
})

it('says what happened in quiet hours as one', () => {
  const { title, body } = noticeWords(notice(...all.slice(6, 8)), 'en')
  expect(title).toBe('Two things happened in your quiet hours')
  expect(body).toBe('train.py ended on lab-a100. Two GPUs are free on lab-a100.')
})
