import { join } from 'node:path'
import { expect, test } from 'vitest'
import { guardedRun } from './guarded-run.ts'

const playwright = join(import.meta.dirname, '../../../node_modules/@playwright/test/cli.js')

/** Runs one spec under the guard. */
const guarded = (spec: string) => guardedRun([playwright, 'test', '--config', 'specs.config.ts', spec])

test('a spec that leaves a program and a folder fails, and each is named with its spec', async () => {
  const { code, said } = await guarded('leaky')
  const [, left = ''] = said.split('left behind after the last test:')
  const [, pid] = /program (\d+) .*setTimeout.*first seen after leaky\.playwright\.ts/.exec(left) ?? []
  expect(left).toMatch(/folder nps-leaky-\w+, first seen after leaky\.playwright\.ts/)
  expect(code).toBe(1)
  process.kill(Number(pid))
})

test('a spec that leaves nothing passes', async () => {
  expect(await guarded('tidy')).toMatchObject({ code: 0 })
})
