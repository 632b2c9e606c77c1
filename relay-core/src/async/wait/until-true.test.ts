import { expect, it } from 'vitest'
import { Signal } from '../signals/signal.ts'
import { untilTrue } from './until-true.ts'

it('is over at once for what is so already', async () => {
  const changed = new Signal()
  const waiting = untilTrue(
    (look) => changed.subscribe(look),
    () => true,
    {},
  )
  await expect(waiting).resolves.toBeUndefined()
})

it('sees what was so for a moment only', async () => {
  const changed = new Signal()
  let value = 1
  const waiting = untilTrue(
    (look) => changed.subscribe(look),
    () => value === 2,
    {},
  )
  for (value of [2, 3]) changed.emit()
  await expect(waiting).resolves.toBeUndefined()
})

it("rejects with the signal's reason and follows no more", async () => {
  const changed = new Signal()
  const abort = new AbortController()
  let looks = 0
  const isSo = () => {
    looks += 1
    return false
  }
  const waiting = untilTrue((look) => changed.subscribe(look), isSo, { signal: abort.signal })
  abort.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  changed.emit()
  expect(looks).toBe(1)
})

it('follows nothing when the first look throws', async () => {
  const changed = new Signal()
  let looks = 0
  const isSo = () => {
    looks += 1
    throw new Error('cannot look')
  }
  await expect(untilTrue((look) => changed.subscribe(look), isSo, {})).rejects.toThrow('cannot look')
  changed.emit()
  expect(looks).toBe(1)
})
