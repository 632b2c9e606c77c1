import { RelayError } from '../../api/errors.ts'
import type { NewWebhook, WebhookAnswer, WebhookView } from '../../api/webhook/webhook-models.ts'
import type { Clock } from '../../async/time/clock.ts'
import { every } from '../../async/time/every.ts'
import { withDeadline } from '../../async/wait/with-deadline.ts'
import type { Log } from '../../log/log.ts'
import type { WebhookRecord, WebhookStore } from '../store/webhook-store.ts'
import { readAddress } from './address.ts'
import { readAnswer, readFailure, type AnswerVerdict } from './answer.ts'
import type { WebhookMessage } from './event.ts'
import { nextHappenings, nothingWatched, toldAfterMs, type SeenHappenings } from './happenings.ts'
import type { Seen } from './seen.ts'
import { Outbox } from './outbox.ts'
import { requestOf } from './request.ts'
import { toldOf, watchedFrom } from './told.ts'

export interface WebhookOptions {
  readonly store: WebhookStore
  /** How messages name this server. */
  readonly server: string
  readonly look: () => Seen
  readonly log: Log
  readonly clock: Clock
}

/** How often the relay looks what has happened; only with a webhook. */
const lookEveryMs = 10_000
/** Of one message, from the name's resolution to the end of the answer. */
const sendTimeoutMs = 10_000

interface InUse {
  readonly record: WebhookRecord
  readonly outbox: Outbox
  readonly looks: Disposable
}

/** Tells one chat or program what happens, while nobody looks. */
export class Webhook {
  readonly #options: WebhookOptions
  #startedAtMs: number
  #watched: SeenHappenings = nothingWatched
  /** What the state file has of it. */
  #noted = ''
  #inUse: InUse | undefined

  constructor(options: WebhookOptions) {
    this.#options = options
    this.#startedAtMs = options.clock.now()
    const record = options.store.get()
    if (!record) return
    this.#watched = watchedFrom(options.store.told(), options.look().clients, this.#startedAtMs)
    this.#use(record)
  }

  view(): WebhookView | null {
    return this.#inUse ? viewOf(this.#inUse) : null
  }

  /** Takes the place of the one before, with all that waits. @throws RelayError `invalid-input` */
  set({ kind, url, secret, language }: NewWebhook): WebhookView {
    const { store, clock, log } = this.#options
    const address = readAddress(url)
    const record = { kind, url: address.href, secret: secret ?? null, language, setAtMs: clock.now() }
    store.set(record)
    this.#stop()
    // What is away by now is no news for it.
    this.#watched = nothingWatched
    const inUse = this.#use(record)
    this.#look()
    log.info('webhook set', { kind, origin: address.origin })
    return viewOf(inUse)
  }

  /** Idempotent. */
  remove(): void {
    if (!this.#inUse) return
    this.#options.store.remove()
    this.#stop()
    this.#options.log.info('webhook removed')
  }

  /** Sends a message now, and answers what the service said. @throws RelayError `not-found` or `limit-reached` */
  async test(): Promise<WebhookAnswer> {
    if (!this.#inUse) {
      throw new RelayError('not-found', 'There is no webhook. "nps webhook set" makes one.', {
        what: 'webhook',
      })
    }
    return await this.#inUse.outbox.sendNow(this.#message({ event: 'test' }))
  }

  /** Something that was seen elsewhere; told to nobody where there is no webhook. */
  tell(event: WebhookMessage['event']): void {
    this.#inUse?.outbox.add(this.#message(event))
  }

  close(): void {
    this.#stop()
  }

  #use(record: WebhookRecord): InUse {
    const { clock, log } = this.#options
    this.#noted = JSON.stringify(toldOf(this.#watched))
    const inUse = {
      record,
      outbox: new Outbox({ send: (message, options) => this.#send(record, message, options), log, clock }),
      looks: every(lookEveryMs, () => this.#look(), { clock, ref: false }),
    }
    this.#inUse = inUse
    return inUse
  }

  #stop(): void {
    this.#inUse?.looks[Symbol.dispose]()
    this.#inUse?.outbox.close()
    this.#inUse = undefined
  }

  #look(): void {
    const { look, clock, log } = this.#options
    const nowMs = clock.now()
    try {
      // A clock that was wrong at the start is no reason to be silent until then.
      this.#startedAtMs = Math.min(this.#startedAtMs, nowMs)
      const calmUntilMs = this.#startedAtMs + toldAfterMs
      const { watched, events } = nextHappenings(this.#watched, look(), { nowMs, calmUntilMs })
      this.#watched = watched
      for (const event of events) this.#inUse?.outbox.add(this.#message(event))
      const told = toldOf(watched)
      const noting = JSON.stringify(told)
      if (noting === this.#noted) return
      this.#options.store.setTold(told)
      this.#noted = noting
    } catch (error) {
      // A state file that is full or locked now is looked into again in a moment, and what has been told is noted then.
      if (!(error instanceof RelayError)) throw error
      log.debug('the webhook could not look or note what it told', { code: error.code })
    }
  }

  #message(event: WebhookMessage['event']): WebhookMessage {
    return { atMs: this.#options.clock.now(), server: this.#options.server, event }
  }

  async #send(
    record: WebhookRecord,
    message: WebhookMessage,
    { signal }: { signal: AbortSignal },
  ): Promise<AnswerVerdict> {
    const { clock } = this.#options
    const tooLate = new Error('no answer in time')
    const wait = { signal, timeoutMs: sendTimeoutMs, onTimeout: () => tooLate, clock }
    try {
      // Loaded when the first message goes: most relays have no webhook.
      const { post } = await import('./post.ts')
      const request = requestOf(message, record, clock.now())
      return readAnswer(record, await withDeadline(wait, (until) => post(request, { signal: until })))
    } catch (error) {
      return readFailure(record, error, error === tooLate)
    }
  }
}

function viewOf({ record, outbox: { waiting, lost, last } }: InUse): WebhookView {
  const { kind, language, url, secret, setAtMs } = record
  return {
    kind,
    language,
    origin: new URL(url).origin,
    hasSecret: secret !== null,
    setAtMs,
    waiting,
    lost,
    last,
  }
}
