import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bunProgram } from '../../build/relay/bun.ts'

/** The one-file programs wait on Bun, the app waits on Node: what is said of a wait holds on both. */
it("async's own tests pass on Bun too", async () => {
  const folder = join(resolve(import.meta.dirname, '../..'), 'relay-core/src/async')
  // Bun runs what is written for Vitest; it tells the outcome on stderr, and a failed test is a failed program.
  const { stderr } = await promisify(execFile)(await bunProgram(), ['test', folder], { timeout: 20_000 })
  expect(stderr).toMatch(/\b0 fail\b/)
  expect(Number(/(\d+) pass\b/.exec(stderr)?.[1])).toBeGreaterThan(20)
})
