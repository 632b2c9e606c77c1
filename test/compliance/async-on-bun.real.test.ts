import { expect, it } from 'vitest'
import { passedOnBun } from './tests-on-bun.ts'

/** The one-file programs wait on Bun, the app waits on Node: what is said of a wait holds on both. */
it("async's own tests pass on Bun too", async () => {
  expect(await passedOnBun(['relay-core/src/async'], { timeoutMs: 20_000 })).toBeGreaterThan(20)
})
