import { expect, it } from 'vitest'
import { untilAborted } from './until-aborted.ts'

it('fulfils when the signal fires, and at once if it has fired before', async () => {
  const stop = new AbortController()
  let over = false
  const waiting = untilAborted(stop.signal).then(() => (over = true))
  await Promise.resolve()
  expect(over).toBe(false)
  stop.abort(new Error('enough'))
  await waiting
  await untilAborted(stop.signal)
})
