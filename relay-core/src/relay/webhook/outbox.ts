import { RelayError } from '../../api/errors.ts'
import type { WebhookAnswer } from '../../api/webhook/webhook-models.ts'
import type { Clock } from '../../async/time/clock.ts'
import type { Log } from '../../log/log.ts'
import { mayBeTakenLater, type AnswerVerdict } from './answer.ts'
import type { WebhookMessage } from './event.ts'

export interface OutboxOptions {
  /** Tries once. Rejects only when the signal fires. */
  readonly send: (message: WebhookMessage, options: { signal: AbortSignal }) => Promise<AnswerVerdict>
  readonly log: Log
  readonly clock: Clock
}

/** What a person could still read; the oldest give way. */
export const maxWaiting = 50
/** DingTalk and WeCom take 20 in a minute, and DingTalk mutes a bot for ten minutes that sends more. */
export const maxPerMinute = 10
const minuteMs = 60_000
/** Later nobody needs to know any more. */
const keepMs = 6 * 3_600_000
const firstPauseMs = 10_000
const maxPauseMs = 1_800_000

/** Messages on their way, one after the other: kept within limits, and tried again while the service cannot take them. */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #stop = new AbortController()
  readonly #waiting: WebhookMessage[] = []
  /** When something was posted in the last minute. */
  #posted: number[] = []
  #timer: Disposable | undefined
  #isSending = false
  #failures = 0
  /** After a failure: when the next try is due, however many messages come meanwhile. */
  #againAtMs = 0
  #lost = 0
  #last: WebhookAnswer | null = null

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** How many were given up. */
  get lost(): number {
    return this.#lost
  }

  get last(): WebhookAnswer | null {
    return this.#last
  }

  add(message: WebhookMessage): void {
    this.#waiting.push(message)
    if (this.#waiting.length > maxWaiting) {
      // The first one is perhaps being sent.
      const [given] = this.#waiting.splice(this.#isSending ? 1 : 0, 1)
      if (given) this.#giveUp(given, 'too many wait')
    }
    this.#next()
  }

  /** Sends this one now, past those that wait. @throws RelayError `limit-reached` */
  async sendNow(message: WebhookMessage): Promise<WebhookAnswer> {
    if (this.#pauseForRateMs() > 0) {
      const text = `At most ${maxPerMinute} messages are sent in a minute. Wait a little.`
      throw new RelayError('limit-reached', text, { limit: maxPerMinute })
    }
    const { answer } = await this.#post(message)
    if (answer.state === 'taken') {
      this.#failures = 0
      this.#next()
    }
    return answer
  }

  close(): void {
    this.#timer?.[Symbol.dispose]()
    this.#stop.abort(new Error('the webhook has changed'))
  }

  #next(): void {
    if (this.#isSending || this.#stop.signal.aborted) return
    const [message] = this.#waiting
    this.#timer?.[Symbol.dispose]()
    if (!message) return
    const waitMs = this.#failures === 0 ? this.#pauseForRateMs() : this.#leftOfPauseMs()
    if (waitMs > 0) {
      this.#timer = this.#options.clock.after(waitMs, () => this.#send(message), { ref: false })
      return
    }
    this.#send(message)
  }

  #send(message: WebhookMessage): void {
    if (this.#isSending) return
    this.#isSending = true
    void this.#tryOne(message).finally(() => {
      this.#isSending = false
      this.#next()
    })
  }

  async #tryOne(message: WebhookMessage): Promise<void> {
    const { answer, verdict } = await this.#post(message)
    if (this.#stop.signal.aborted) return
    const isOld = this.#options.clock.now() - message.atMs > keepMs
    const again = mayBeTakenLater(verdict) && !isOld
    this.#failures = answer.state === 'taken' || !again ? 0 : this.#failures + 1
    if (again) {
      this.#againAtMs = this.#options.clock.now() + this.#pauseForFailuresMs()
      if (this.#failures === 1)
        this.#options.log.warn(
          'the webhook does not take a message; it is tried again',
          fieldsOf(message, answer),
        )
      return
    }
    this.#waiting.splice(this.#waiting.indexOf(message), 1)
    if (answer.state !== 'taken') this.#giveUp(message, `${answer.state} ${answer.said}`.trim())
    else this.#options.log.info('told by the webhook', { event: message.event.event })
  }

  async #post(message: WebhookMessage): Promise<{ answer: WebhookAnswer; verdict: AnswerVerdict }> {
    const { send, clock } = this.#options
    this.#posted.push(clock.now())
    const verdict = await send(message, { signal: this.#stop.signal })
    const { isBusy: _, ...told } = verdict
    const answer = { ...told, atMs: clock.now() }
    this.#last = answer
    return { answer, verdict }
  }

  #giveUp(message: WebhookMessage, reason: string): void {
    this.#lost += 1
    this.#options.log.warn('a message of the webhook is given up', { event: message.event.event, reason })
  }

  #pauseForRateMs(): number {
    const nowMs = this.#options.clock.now()
    // After the system clock was set back, no post can lie in the future.
    this.#posted = this.#posted.map((atMs) => Math.min(atMs, nowMs)).filter((atMs) => nowMs - atMs < minuteMs)
    const [first] = this.#posted
    return first === undefined || this.#posted.length < maxPerMinute ? 0 : first + minuteMs - nowMs
  }

  #leftOfPauseMs(): number {
    // A system clock that is set back does not make the pause longer.
    return Math.min(this.#againAtMs - this.#options.clock.now(), this.#pauseForFailuresMs())
  }

  #pauseForFailuresMs(): number {
    return Math.min(firstPauseMs * 2 ** (this.#failures - 1), maxPauseMs)
  }
}

function fieldsOf(message: WebhookMessage, { state, status, said }: WebhookAnswer): Record<string, unknown> {
  return { event: message.event.event, state, status: status ?? undefined, said: said || undefined }
}
