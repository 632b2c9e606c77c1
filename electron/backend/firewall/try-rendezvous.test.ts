import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import { silentLog } from '@nps-desktop/relay-core/log'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tryRendezvous } from './try-rendezvous.ts'

describe('the question at the UDP ports', () => {
  afterEach(() => vi.restoreAllMocks())

  /** A relay that takes the question and says nothing until it is called off. */
  const silentRelay = {
    status: {
      seenKey: (_input: object, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => {
          if (signal.aborted) reject(new Error('called off'))
          signal.addEventListener('abort', () => reject(new Error('called off')), { once: true })
        }),
    },
  } as RelayClient

  function ask(signal: AbortSignal) {
    return tryRendezvous(() => Promise.resolve(silentRelay), '127.0.0.1', { log: silentLog, signal })
  }

  it('a relay that says nothing is not waited for without end: nothing is known of its UDP ports', async () => {
    const late = new AbortController()
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(late.signal)
    const told = ask(new AbortController().signal)
    late.abort()
    expect(await told).toBeNull()
  })

  it('whoever calls the port check off hears of it', async () => {
    const stop = new AbortController()
    const told = ask(stop.signal)
    stop.abort(new Error('enough'))
    await expect(told).rejects.toThrow('enough')
  })
})
