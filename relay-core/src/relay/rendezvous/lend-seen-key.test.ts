import { expect, test } from 'vitest'
import { lendSeenKey } from './lend-seen-key.ts'
import { SeenKeys } from './seen-keys.ts'

test('a key is good until its borrower leaves', async () => {
  const keys = new SeenKeys()
  const leave = new AbortController()
  const lent = lendSeenKey(keys, [8_024, 8_025], leave.signal)
  const { value } = await lent.next()
  if (!value) throw new Error('no key')
  const id = Buffer.from(value.id, 'hex')
  expect(value.ports).toEqual([8_024, 8_025])
  expect(Buffer.from(keys.find(id) ?? []).toString('hex')).toBe(value.key)
  const end = lent.next()
  leave.abort()
  expect((await end).done).toBe(true)
  expect(keys.find(id)).toBeUndefined()
})

test('where no port answers there is no key', () => {
  const { signal } = new AbortController()
  expect(() => lendSeenKey(new SeenKeys(), [], signal)).toThrow('Other programs')
})
