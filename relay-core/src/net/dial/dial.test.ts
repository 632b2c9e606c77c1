import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { dial } from './dial.ts'

/** A connection attempt whose fate the test decides. */
class Attempt extends EventEmitter {
  readonly address: string
  destroyed = false

  constructor(address: string) {
    super()
    this.address = address
  }

  destroy(): void {
    this.destroyed = true
  }
}

function dialling(addresses: readonly string[], renew = false) {
  const attempts: Attempt[] = []
  const abort = new AbortController()
  const open = (address: string) => {
    const attempt = new Attempt(address)
    attempts.push(attempt)
    // What dialling needs of a socket.
    return attempt as unknown as Socket
  }
  const outcome = dial({ addresses, open, renew, signal: abort.signal })
  outcome.catch(() => undefined)
  const alive = () => attempts.filter(({ destroyed }) => !destroyed).length
  return { attempts, abort, outcome, alive }
}

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a silent address is joined by the next one, and who connects first ends the others', async () => {
  const { attempts, outcome, alive } = dialling(['2001:db8::1', '192.0.2.1'])
  await vi.advanceTimersByTimeAsync(249)
  expect(attempts.map(({ address }) => address)).toEqual(['2001:db8::1'])
  await vi.advanceTimersByTimeAsync(1)
  expect(attempts.map(({ address }) => address)).toEqual(['2001:db8::1', '192.0.2.1'])
  attempts[1]?.emit('connect')
  expect(await outcome).toBe(attempts[1])
  expect(alive()).toBe(1)
})

test('an address that refuses is followed by the next one at once; when all have, the first refusal is told', async () => {
  const { attempts, outcome } = dialling(['192.0.2.1', '192.0.2.2'])
  attempts[0]?.emit('error', refused)
  expect(attempts).toHaveLength(2)
  attempts[1]?.emit('error', new Error('unreachable'))
  await expect(outcome).rejects.toBe(refused)
})

test('a relay that is silent is asked anew each second, by two attempts at a time at the most', async () => {
  const { attempts, outcome, alive } = dialling(['192.0.2.1'], true)
  await vi.advanceTimersByTimeAsync(9_500)
  expect(attempts).toHaveLength(10)
  expect(alive()).toBe(2)
  // The first one is for peers that are far away.
  expect(attempts[0]?.destroyed).toBe(false)
  attempts.at(-1)?.emit('connect')
  expect(await outcome).toBe(attempts.at(-1))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(attempts).toHaveLength(10)
})

test('an abort ends all attempts', async () => {
  const { abort, outcome, alive } = dialling(['192.0.2.1', '192.0.2.2'], true)
  await vi.advanceTimersByTimeAsync(3_000)
  abort.abort(new Error('enough'))
  await expect(outcome).rejects.toThrow('enough')
  expect(alive()).toBe(0)
})
