import { every, Feed, systemClock, type Clock } from '@nps-desktop/relay-core/async'
import { readUpdateAddress, type Settings, type UpdateState } from '@nps-desktop/electron/contract'
import { failureOfUpdate, updateSilent } from './update-failure.ts'
import type { UpdateSource } from './update-source.ts'

const checkIntervalMs = 24 * 60 * 60 * 1_000
/** A timer stands still while the computer sleeps, so it is asked more often whether the day is over. */
const dayOverIntervalMs = 60 * 60 * 1_000
/** How long a check, or a download that does not go on, may stay without a word from the other side. */
const silenceTimeoutMs = 60_000

type Choices = Pick<Settings, 'checkForUpdates' | 'updateAddress' | 'downloadUpdates'>

/** Who installs what was fetched: the app when it quits, or a person by the command that is made for the file. */
export type Install = 'on-quit' | ((file: string) => string)

/**
 * Looks for newer versions, at the start and each day, and fetches one when the person says so. What goes wrong is a state like
 * any other: nobody is interrupted.
 */
export class AppUpdates {
  readonly #builtInAddress: string
  readonly #source: UpdateSource
  readonly #install: Install
  readonly #clock: Clock
  readonly #feed = new Feed<UpdateState>({ state: 'off' })
  #choices: Choices | undefined
  #address: string | null = null
  #checkedAtMs = 0
  #daily: Disposable | undefined
  #silence: Disposable | undefined
  /** Counts what was begun or given up, so that what ends later changes nothing. */
  #turn = 0

  constructor({
    builtInAddress,
    source,
    install,
    clock = systemClock,
  }: {
    /** Asked unless the person names another one; empty for a build without one. */
    builtInAddress: string
    source: UpdateSource
    install: Install
    clock?: Clock
  }) {
    this.#builtInAddress = builtInAddress
    this.#source = source
    this.#install = install
    this.#clock = clock
  }

  get state(): UpdateState {
    return this.#feed.value
  }

  watch(signal?: AbortSignal): AsyncGenerator<UpdateState, void, void> {
    return this.#feed.watch(signal)
  }

  /** Takes the person's choices; the first ones, and another address, begin with a check. */
  choose(choices: Choices): void {
    const before = this.#choices
    this.#choices = choices
    const address = readUpdateAddress(choices.updateAddress || this.#builtInAddress)
    const isSame = before?.checkForUpdates === choices.checkForUpdates && address === this.#address
    this.#address = address
    if (!isSame) this.#begin()
    else if (choices.downloadUpdates && this.state.state === 'available') this.download()
  }

  /** Nothing while something is under way, or once a newer version is ready. */
  check(): void {
    const { state } = this.state
    if (state === 'checking' || state === 'downloading' || state === 'ready') return
    if (this.#address === null || this.#choices?.checkForUpdates !== true) return
    const address = this.#address
    const turn = this.#start({ state: 'checking' }, null)
    this.#checkedAtMs = this.#clock.now()
    this.#source.find(address).then(
      (found) => {
        if (!this.#end(turn)) return
        if (found === null) this.#feed.set({ state: 'newest', atMs: this.#clock.now() })
        else {
          this.#feed.set({ state: 'available', version: found.version })
          if (this.#choices?.downloadUpdates === true) this.download()
        }
      },
      (error: unknown) => this.#fail(turn, null, error),
    )
  }

  /** Fetches the version that was found, or tries again to. */
  download(): void {
    const now = this.state
    const version = now.state === 'available' || now.state === 'failed' ? now.version : null
    if (version === null || this.#address === null) return
    const turn = this.#start({ state: 'downloading', version, percent: 0 }, version)
    const onPercent = (percent: number) => {
      if (turn !== this.#turn) return
      this.#waitForWord(turn, version)
      const whole = Math.max(0, Math.min(100, Math.floor(percent)))
      this.#feed.set({ state: 'downloading', version, percent: whole })
    }
    this.#source.installOnQuit(this.#install === 'on-quit')
    this.#source.fetch(onPercent).then(
      ({ file }) => {
        if (!this.#end(turn)) return
        const command = this.#install === 'on-quit' ? null : this.#install(file)
        this.#feed.set({ state: 'ready', version, file, command })
      },
      (error: unknown) => this.#fail(turn, version, error),
    )
  }

  /** Ends what is under way. Idempotent. */
  close(): void {
    this.#giveUp()
    this.#daily?.[Symbol.dispose]()
    this.#feed.close()
  }

  #begin(): void {
    this.#giveUp()
    this.#daily?.[Symbol.dispose]()
    this.#daily = undefined
    this.#source.installOnQuit(false)
    if (this.#choices?.checkForUpdates !== true) return this.#feed.set({ state: 'off' })
    this.#feed.set({ state: 'no-address' })
    if (this.#address === null) return
    const checkDaily = () => {
      if (this.#clock.now() - this.#checkedAtMs >= checkIntervalMs) this.check()
    }
    this.#daily = every(dayOverIntervalMs, checkDaily, { clock: this.#clock, ref: false })
    this.check()
  }

  #start(state: UpdateState, version: string | null): number {
    this.#turn += 1
    this.#feed.set(state)
    this.#waitForWord(this.#turn, version)
    return this.#turn
  }

  /** False for what was given up meanwhile. */
  #end(turn: number): boolean {
    if (turn !== this.#turn) return false
    this.#turn += 1
    this.#silence?.[Symbol.dispose]()
    return true
  }

  #fail(turn: number, version: string | null, error: unknown): void {
    if (!this.#end(turn)) return
    this.#source.installOnQuit(false)
    this.#feed.set({ state: 'failed', version, failure: failureOfUpdate(error, this.#address ?? '') })
  }

  #waitForWord(turn: number, version: string | null): void {
    this.#silence?.[Symbol.dispose]()
    const giveUp = () => {
      if (!this.#end(turn)) return
      this.#source.stop()
      this.#source.installOnQuit(false)
      const failure = updateSilent(this.#address ?? '', silenceTimeoutMs / 1_000)
      this.#feed.set({ state: 'failed', version, failure })
    }
    this.#silence = this.#clock.after(silenceTimeoutMs, giveUp, { ref: false })
  }

  #giveUp(): void {
    const { state } = this.state
    if (this.#end(this.#turn) && (state === 'checking' || state === 'downloading')) this.#source.stop()
  }
}
