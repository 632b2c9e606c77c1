import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bunProgram } from '../../build/relay/bun.ts'

const folder = join(resolve(import.meta.dirname, '../..'), 'relay-core/src/direct')

/** One end is the agent, on Bun; ciphers, UDP and TLS inside a stream are the runtime's. */
it('packets are sealed, and carry private links over UDP, on Bun too', { timeout: 120_000 }, async () => {
  const files = ['packets/packet-seal.test.ts', 'carry/loopback.real.test.ts'].map((file) =>
    join(folder, file),
  )
  const { stderr } = await promisify(execFile)(await bunProgram(), ['test', ...files], { timeout: 100_000 })
  expect(stderr).toMatch(/\b0 fail\b/)
  expect(Number(/(\d+) pass\b/.exec(stderr)?.[1])).toBe(5)
})
