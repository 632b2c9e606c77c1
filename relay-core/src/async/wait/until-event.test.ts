import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { untilEvent } from './until-event.ts'

const events = {
  open: (name: string) => `opened ${name}`,
  close: () => {
    throw new Error('closed before it was open')
  },
}

describe('untilEvent', () => {
  it('fulfils with what the first event means, and listens no more', async () => {
    const emitter = new EventEmitter()
    const waiting = untilEvent(emitter, events, {})
    emitter.emit('open', 'door')
    expect(emitter.eventNames()).toEqual([])
    emitter.emit('close')
    await expect(waiting).resolves.toBe('opened door')
  })

  it('rejects with what an event means, and with an error of the emitter', async () => {
    const emitter = new EventEmitter()
    const closed = untilEvent(emitter, events, {})
    emitter.emit('close')
    await expect(closed).rejects.toThrow('closed before it was open')
    const failed = untilEvent(emitter, events, {})
    emitter.emit('error', new Error('broken'))
    await expect(failed).rejects.toThrow('broken')
    expect(emitter.eventNames()).toEqual([])
  })

  it('listens no more when the signal fires or time is up', async () => {
    const emitter = new EventEmitter()
    const clock = new ManualClock()
    const abort = new AbortController()
    const aborted = untilEvent(emitter, events, { signal: abort.signal })
    const late = untilEvent(emitter, events, { timeoutMs: 5, onTimeout: () => new Error('late'), clock })
    abort.abort(new Error('left'))
    clock.advance(5)
    const ends = await Promise.allSettled([aborted, late])
    expect(ends).toMatchObject([{ reason: { message: 'left' } }, { reason: { message: 'late' } }])
    expect(emitter.eventNames()).toEqual([])
  })
})
