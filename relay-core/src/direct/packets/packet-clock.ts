import { systemClock, type Clock } from '../../async/time/clock.ts'

/** Time for packets: finer than a millisecond, never set back, and a delay of 0 means once what has arrived has been read. */
export const packetClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (delayMs, action, options) => {
    if (delayMs > 0) return systemClock.after(delayMs, action, options)
    const turn = setImmediate(action)
    return { [Symbol.dispose]: () => clearImmediate(turn) }
  },
}
