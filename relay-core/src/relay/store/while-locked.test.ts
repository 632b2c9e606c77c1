import { expect, test } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import { whileLocked } from './while-locked.ts'

const locked = new RelayError('state-locked', 'Another program holds it.', {})

test('work is done again when the state file is free, and its own failures are passed on at once', async () => {
  let tries = 0
  const work = () => {
    if (++tries < 3) throw locked
    return 'done'
  }
  expect(await whileLocked(work)).toBe('done')
  expect(tries).toBe(3)
  await expect(whileLocked(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('a caller that hangs up meanwhile learns that the file was locked, and no more is tried', async () => {
  const caller = new AbortController()
  let tries = 0
  const work = () => {
    if (++tries === 2) caller.abort()
    throw locked
  }
  await expect(whileLocked(work, { signal: caller.signal })).rejects.toBe(locked)
  expect(tries).toBe(2)
})
