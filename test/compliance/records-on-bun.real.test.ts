import { expect, it } from 'vitest'
import { passedOnBun } from './tests-on-bun.ts'

/** Only the one-file programs, which run on Bun, can change the size of TLS records. */
it('what a program sends first goes in small TLS records, on Bun', async () => {
  const paths = ['relay-core/src/native/carriers/record-size.test.ts']
  expect(await passedOnBun(paths, { timeoutMs: 20_000 })).toBe(1)
})
