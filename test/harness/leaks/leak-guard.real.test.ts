import { join } from 'node:path'
import { expect, test } from 'vitest'
import { guardedRun } from './guarded-run.ts'

const vitest = join(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs')

/** Runs one file under the guard alone. */
const guarded = (file: string) => guardedRun([vitest, 'run', '--config', 'guarded.config.ts', file])

test('a file that leaves something open fails, and each thing is named with its test and its place', async () => {
  const { code, said } = await guarded('leaky.ts')
  const [, left = ''] = said.split('left open after the last test:')
  expect(code).toBe(1)
  for (const line of [
    /timer, made outside of a test\n.*leaky\.ts:\d+/,
    /timer, made in "a timer"\n.*leaky\.ts:\d+/,
    /server, made in "a server and two sockets"/,
    /socket, made in "a server and two sockets"\n.*leaky\.ts:\d+/,
    /UDP socket, made in "datagrams"\n.*leaky\.ts:\d+/,
    /child process, made in "a child"\n.*leaky\.ts:\d+/,
    /program \d+ .*process\.stdin\.resume/,
    /worker, made in "a worker"\n.*leaky\.ts:\d+/,
    /file watcher, made in "a watcher"\n.*leaky\.ts:\d+/,
    /file handle, made in "an open file"/,
    /descriptor \d+ -> \/etc\/hostname/,
  ])
    expect.soft(left).toMatch(line)
})

test('a file that closes what it opens passes', async () => {
  expect(await guarded('tidy.ts')).toMatchObject({ code: 0 })
})
