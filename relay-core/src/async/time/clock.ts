/** Time as a state machine sees it: the programs pass the system's, a test passes a `ManualClock`. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Calls `action` once after `delayMs`, unless the returned handle is disposed of first. Without `ref` it does not keep the process alive. */
  after(delayMs: number, action: () => void, options?: { ref?: boolean }): Disposable
}

/** The computer's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, action, { ref = true } = {}) => {
    const timer = setTimeout(action, delayMs)
    if (!ref) timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}
