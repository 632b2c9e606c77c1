import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bunProgram } from '../../build/relay/bun.ts'

/** Only the one-file programs, which run on Bun, can change the size of TLS records. */
it('what a program sends first goes in small TLS records, on Bun', async () => {
  const carriers = join(resolve(import.meta.dirname, '../..'), 'relay-core/src/native/carriers')
  const args = ['test', join(carriers, 'record-size.test.ts')]
  const { stderr } = await promisify(execFile)(await bunProgram(), args, { timeout: 20_000 })
  expect(stderr).toMatch(/\b0 fail\b/)
  expect(stderr).toMatch(/\b1 pass\b/)
})
