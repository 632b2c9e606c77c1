/** Time as a state machine sees it: the roots pass the system's, a test brings a `ManualClock`. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Calls `action` once after `delayMs`, unless the answer is disposed of before. Without `ref` no process stays for it. */
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
