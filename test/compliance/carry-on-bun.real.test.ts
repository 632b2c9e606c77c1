import { expect, it } from 'vitest'
import { passedOnBun } from './tests-on-bun.ts'

/** One end is the agent, on Bun; ciphers, UDP and TLS inside a stream are the runtime's. */
it('packets are sealed, and carry private links over UDP, on Bun too', { timeout: 120_000 }, async () => {
  const files = ['packets/packet-seal.test.ts', 'carry/loopback.real.test.ts']
  const paths = files.map((file) => `relay-core/src/direct/${file}`)
  expect(await passedOnBun(paths, { timeoutMs: 100_000 })).toBe(5)
})
