import type { EventEmitter } from 'node:events'
import type { Wait } from './deadline.ts'
import { until } from './until.ts'

/** What each event of an emitter means: what is returned fulfils the wait, what is thrown rejects it. */
export type EventMeanings<T> = Readonly<Record<string, (...values: never[]) => T>>

/**
 * Waits for the first of these events, and listens no more from then on, whatever ends the wait. As with `events.once`, `error`
 * rejects unless it is given a meaning; one that comes later needs another listener.
 */
export async function untilEvent<T>(
  emitter: Pick<EventEmitter, 'on' | 'off'>,
  meanings: EventMeanings<T>,
  wait: Wait,
): Promise<T> {
  const seen = Promise.withResolvers<T>()
  const all: EventMeanings<T> = { error: fail, ...meanings }
  const listeners = Object.entries(all).map(([event, meaning]) => {
    const listener = (...values: unknown[]) => {
      stop()
      try {
        seen.resolve((meaning as (...values: unknown[]) => T)(...values))
      } catch (error) {
        seen.reject(error)
      }
    }
    return { event, listener }
  })
  const stop = () => {
    for (const { event, listener } of listeners) emitter.off(event, listener)
  }
  for (const { event, listener } of listeners) emitter.on(event, listener)
  try {
    return await until(seen.promise, wait)
  } finally {
    stop()
  }
}

function fail(error: Error): never {
  throw error
}
