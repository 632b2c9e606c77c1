import { expect, it } from 'vitest'
import { listening, type Listening } from '../../api/listening.ts'
import { fitting } from './fitting.ts'

const long = Array.from({ length: 24 }, () => '\u7a0b'.repeat(200))

function listener(port: number, more: Partial<Listening['listeners'][number]> = {}) {
  return { host: '127.0.0.1', port, owner: 'mallory', isOwn: false, command: [], folder: '', ...more }
}

it.each([
  ['sockets', { command: ['x'] }],
  ['long command lines', { command: long }],
])('%s of others without end leave none of the person’s own out', (_what, more) => {
  const theirs = Array.from({ length: 500 }, (_, at) => listener(20_000 + at, more))
  const own = [8_888, 6_006].map((port) =>
    listener(port, { isOwn: true, owner: 'alice', command: ['jupyter'] }),
  )
  const others = Array.from({ length: 90 }, () => ({ owner: 'mallory', command: long }))
  const told = fitting({ home: '/home/alice', listeners: [...theirs, ...own], others })
  expect(told.listeners.slice(0, 2).map(({ port }) => port)).toEqual([8_888, 6_006])
  expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(65_536)
  expect(listening.parse(told)).toEqual(told)
})
