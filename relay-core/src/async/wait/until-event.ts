import type { EventEmitter } from 'node:events'
import type { Wait } from './deadline.ts'
import { untilSettled } from './until-settled.ts'

/** What each event of an emitter means: what is returned fulfils the wait, what is thrown rejects it. */
export type EventMeanings<T> = Readonly<Record<string, (...values: never[]) => T>>

/**
 * Waits for the first of these events, and listens no more from then on, whatever ends the wait. As with `events.once`, `error`
 * rejects unless it is given a meaning; one that comes later needs another listener.
 */
export function untilEvent<T>(
  emitter: Pick<EventEmitter, 'on' | 'off'>,
  meanings: EventMeanings<T>,
  wait: Wait,
): Promise<T> {
  return untilSettled<T>((resolve, reject) => {
    const all: EventMeanings<T> = { error: fail, ...meanings }
    const listeners = Object.entries(all).map(([event, meaning]) => {
      const listener = (...values: unknown[]) => {
        try {
          resolve((meaning as (...values: unknown[]) => T)(...values))
        } catch (error) {
          reject(error)
        }
      }
      emitter.on(event, listener)
      return { event, listener }
    })
    return () => {
      for (const { event, listener } of listeners) emitter.off(event, listener)
    }
  }, wait)
}

function fail(error: Error): never {
  throw error
}
