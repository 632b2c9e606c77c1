import { every } from '../../async/time/every.ts'
export interface MuxLivenessOptions {
  pingIntervalMs: number
  silenceTimeoutMs: number
  deadTimeoutMs: number
  pongTimeoutMs: number
  sendPing: (payload: Buffer) => void
  onDead: (reason: string) => void
  /** Called with true when nothing has been heard for `silenceTimeoutMs`, with false when something is heard after all. */
  onSilence: (isSilent: boolean) => void
}

/** Finds out whether the peer is still there, and how far away. */
export class MuxLiveness {
  readonly #options: MuxLivenessOptions
  #pinging: Disposable | undefined
  #silenceTimer: NodeJS.Timeout | undefined
  #isSilent = false
  #timesHeard = 0
  #unanswered: { payload: Buffer; sentAtMs: number } | undefined
  #roundTripMs: number | null = null

  constructor(options: MuxLivenessOptions) {
    this.#options = options
  }

  /** The last measured round trip, null before the first. */
  get roundTripMs(): number | null {
    return this.#roundTripMs
  }

  start(): void {
    this.#pinging = every(this.#options.pingIntervalMs, () => this.#ping())
    this.#awaitSilence(this.#options.silenceTimeoutMs)
    this.#ping()
  }

  stop(): void {
    this.#pinging?.[Symbol.dispose]()
    clearTimeout(this.#silenceTimer)
  }

  /** Bytes of any kind came in. */
  heard(): void {
    this.#timesHeard++
    if (!this.#isSilent) {
      this.#silenceTimer?.refresh()
      return
    }
    this.#isSilent = false
    this.#awaitSilence(this.#options.silenceTimeoutMs)
    this.#options.onSilence(false)
  }

  #awaitSilence(timeoutMs: number): void {
    clearTimeout(this.#silenceTimer)
    this.#silenceTimer = setTimeout(() => this.#onSilence(), timeoutMs)
  }

  pong(payload: Buffer): void {
    if (!this.#unanswered?.payload.equals(payload)) return
    this.#roundTripMs = performance.now() - this.#unanswered.sentAtMs
    this.#unanswered = undefined
  }

  #ping(): void {
    const { pongTimeoutMs, sendPing, onDead } = this.#options
    if (this.#unanswered) {
      if (performance.now() - this.#unanswered.sentAtMs > pongTimeoutMs) onDead('the peer answers no ping')
      return
    }
    // Any text is allowed; stock peers put the time, and so does this one.
    const payload = Buffer.from(new Date().toISOString())
    this.#unanswered = { payload, sentAtMs: performance.now() }
    sendPing(payload)
  }

  #onSilence(): void {
    // After a pause of our own process the timer fires before the waiting bytes are read: let those in first.
    const timesHeard = this.#timesHeard
    setImmediate(() => {
      if (this.#timesHeard !== timesHeard) return
      const { silenceTimeoutMs, deadTimeoutMs, onDead, onSilence } = this.#options
      if (this.#isSilent) {
        onDead(`nothing heard for ${deadTimeoutMs / 1000} s`)
        return
      }
      this.#isSilent = true
      this.#awaitSilence(Math.max(0, deadTimeoutMs - silenceTimeoutMs))
      onSilence(true)
    })
  }
}
