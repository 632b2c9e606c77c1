import type { Failure, LabCard, LabReading } from '@nps-desktop/electron/contract'
import { type Clock, Feed } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { failureOfError } from '../failures/failure-of-error.ts'
import { CardMinutes } from './card-minutes.ts'
import { type CardReading, readCard } from './card-reading.ts'
import type { LookOutput } from './look-at-lab.ts'

const watchedIntervalMs = 5_000
/** Where nvidia-smi has to wake its driver, or the line is slow, a look takes seconds; then no more often than this. */
const slowIntervalMs = 10_000
/** A look may take this part of the time, so that no machine is busy with being looked at. On a usual one it takes 60 ms of a processor. */
const lookShare = 0.2
const neededIntervalMs = 60_000
/** Of what is written to disk: the last truth, for a box that cannot be read. */
const keptIntervalMs = 60_000
/** A tool that has not answered is left alone for this long: see `lookScript`. */
const gpusRestMs = 5 * 60_000
const failedPausesMs = [10_000, 30_000, 60_000, 300_000] as const

/** Trying these again changes nothing, and a machine may lock out who tries too often. */
const needsPerson: ReadonlySet<Failure['code']> = new Set([
  'secret-missing',
  'secret-unreadable',
  'login-rejected',
  'login-needs-more',
  'second-factor-needed',
  'second-factor-rejected',
  'password-expired',
  'host-key-changed',
  'host-key-unconfirmed',
  'key-passphrase-needed',
  'shell-refused',
  'login-other-user',
])

export interface CardReaderOptions {
  /** What was read in an earlier run of the app. */
  readonly last: LabReading | null
  readonly keep: (reading: LabReading) => void
  readonly look: (ask: {
    watched: readonly number[]
    withGpus: boolean
    signal: AbortSignal
  }) => Promise<LookOutput>
  readonly onReading: (reading: CardReading) => void
  readonly clock: Clock
  readonly log: Log
}

/** Reads one lab box at the pace that somebody needs, and not at all when nobody does. */
export class CardReader {
  readonly feed: Feed<LabCard>
  readonly #options: CardReaderOptions
  readonly #minutes = new CardMinutes()
  readonly #needs = new Set<readonly number[]>()
  readonly #stop = new AbortController()
  #watchers = 0
  #before: CardReading | null = null
  #timer: Disposable | null = null
  #reading: Promise<void> | null = null
  #startedAtMs: number | null = null
  #tookMs = 0
  #keptAtMs = 0
  #failures = 0
  #gpusHungAtMs = -Infinity

  constructor(options: CardReaderOptions) {
    this.#options = options
    this.feed = new Feed<LabCard>(
      { reading: options.last, minutes: [], failure: null },
      {
        onWatchers: (count) => {
          const hasCome = count > this.#watchers
          this.#watchers = count
          if (hasCome && count === 1) this.#failures = 0
          if (count === 0) this.#keep()
          this.#plan()
        },
      },
    )
  }

  need(watched: readonly number[]): Disposable {
    this.#needs.add(watched)
    this.#plan()
    return {
      [Symbol.dispose]: () => {
        this.#needs.delete(watched)
        this.#plan()
      },
    }
  }

  /** As soon as the one that runs has ended. */
  readNow(): void {
    this.#failures = 0
    this.#startedAtMs = null
    this.#plan()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#timer?.[Symbol.dispose]()
    this.feed.close()
    this.#keep()
    await this.#reading
  }

  /** When the next reading begins, given who needs it now. */
  #plan(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = null
    const { clock } = this.#options
    const watchedMs = Math.min(slowIntervalMs, Math.max(watchedIntervalMs, this.#tookMs / lookShare))
    const intervalMs = this.#watchers > 0 ? watchedMs : this.#needs.size > 0 ? neededIntervalMs : null
    if (intervalMs === null || this.#stop.signal.aborted || this.#reading) return
    const pauseMs = this.#failurePauseMs(intervalMs)
    if (pauseMs === null) return
    const inMs = this.#startedAtMs === null ? 0 : Math.max(0, this.#startedAtMs + pauseMs - clock.now())
    // no longer, should the clock have been set back
    this.#timer = clock.after(Math.min(inMs, pauseMs), () => this.#begin())
  }

  /** Null: not before a person has done something. */
  #failurePauseMs(intervalMs: number): number | null {
    const { failure } = this.feed.value
    if (this.#failures === 0 || !failure) return intervalMs
    if (needsPerson.has(failure.code)) return null
    return Math.max(intervalMs, failedPausesMs[Math.min(this.#failures, failedPausesMs.length) - 1] ?? 0)
  }

  #begin(): void {
    this.#timer = null
    this.#startedAtMs = this.#options.clock.now()
    this.#reading = this.#read().finally(() => {
      this.#reading = null
      this.#plan()
    })
  }

  async #read(): Promise<void> {
    const { look, clock, log, onReading } = this.#options
    const startedAtMs = clock.now()
    const { signal } = this.#stop
    // absolute: a clock that was set back is no reason to wait
    const withGpus = Math.abs(clock.now() - this.#gpusHungAtMs) >= gpusRestMs
    try {
      const watched = [...new Set([...this.#needs].flat())]
      const { text, mark } = await look({ watched, withGpus, signal })
      if (signal.aborted) return
      this.#tookMs = Math.max(0, clock.now() - startedAtMs)
      const read = readCard(text, { mark, atMs: clock.now(), before: this.#before })
      const hadGpus =
        this.feed.value.reading &&
        (this.feed.value.reading.gpus.length > 0 || this.feed.value.reading.gpuFault)
      this.#before = withGpus || !hadGpus ? read : withHungGpus(read)
      const { reading } = this.#before
      this.#failures = 0
      this.#minutes.add(reading)
      this.feed.set({ reading, minutes: this.#minutes.list(), failure: null })
      if (Math.abs(clock.now() - this.#keptAtMs) >= keptIntervalMs) this.#keep()
      onReading(this.#before)
    } catch (error) {
      if (signal.aborted) return
      const failure = failureOfError(error)
      // another sign-in was chosen meanwhile
      if (failure.code === 'cancelled') return
      if (failure.code === 'internal') log.error('a lab box could not be read', { error })
      if (failure.code === 'ssh-timeout' && withGpus) this.#gpusHungAtMs = clock.now()
      this.#failures += 1
      this.feed.set({ ...this.feed.value, failure })
    }
  }

  #keep(): void {
    const reading = this.#before?.reading
    if (!reading || reading.atMs === this.#keptAtMs) return
    this.#keptAtMs = reading.atMs
    // the list is long, and of no use without the machine
    const processes = reading.processes.filter(({ gpus }, index) => gpus.length > 0 || index < 3).slice(0, 64)
    this.#options.keep({ ...reading, processes })
  }
}

/** What is said of the GPUs of a machine whose last answer took too long. */
function withHungGpus(read: CardReading): CardReading {
  return {
    ...read,
    reading: { ...read.reading, gpuFault: { tool: 'nvidia-smi', said: 'no answer within 40 s' } },
  }
}
