import { type Clock, Feed, pause } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import type { Transfer } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { withoutOldest } from './ended-transfers.ts'
import type { FileSide } from './sides/file-side.ts'
import type { KeptTransfers } from './kept-transfers.ts'
import { isPassing, withKept } from './passing-failure.ts'
import { type OpenLab, removeParts } from './remove-parts.ts'
import type { TransferRun } from './transfer.ts'

/** A page is told of progress no more often. */
const tellIntervalMs = 250
/** Tries after 1, 2, 4, 8 and then each 15 s. */
const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000]

/**
 * The transfers of all lab boxes. For each box and direction one goes on at a time; one that a lost connection has broken off
 * keeps its turn and goes on when the connection is back.
 */
export class Transfers {
  readonly feed = new Feed<Transfer[]>([])
  readonly #openLab: OpenLab
  readonly #laptop: FileSide
  readonly #kept: KeptTransfers
  readonly #clock: Clock
  readonly #log: Log
  readonly #isKnown: (labId: string) => boolean
  #all: TransferRun[] = []
  /** By lab box and direction: the loop that works through its queue. */
  readonly #working = new Map<string, Promise<void>>()
  readonly #cleaning = new Set<Promise<void>>()
  /** Ends the pauses between tries. */
  #hurry = new AbortController()
  readonly #closed = new AbortController()
  #telling: Disposable | null = null

  constructor(options: {
    openLab: OpenLab
    laptop: FileSide
    kept: KeptTransfers
    /** See `forgetLabs`. */
    isKnown: (labId: string) => boolean
    clock: Clock
    log: Log
  }) {
    this.#openLab = options.openLab
    this.#laptop = options.laptop
    this.#clock = options.clock
    this.#log = options.log
    this.#kept = options.kept
    this.#isKnown = options.isKnown
    this.#all = this.#kept.restore(this.#isKnown)
    this.feed.set(this.#all.map((one) => one.view(this.#clock.now())))
  }

  /** One that is the same as one in the list is not added: that one goes on. Two would write, and remove, one part. */
  add(transfers: readonly TransferRun[]): void {
    if (this.#closed.signal.aborted) return
    for (const one of transfers) {
      const same = this.#all.find(
        (other) => other.isSameAs(one) && other.state !== 'done' && other.wish !== 'stop',
      )
      if (same) this.#takeUp(same, one)
      else {
        this.#all.push(one)
        this.#work(one)
      }
    }
    this.#changed()
  }

  pause(id: string): void {
    const one = this.#find(id)
    if (one.isOver) return
    if (one.state === 'running' || one.state === 'broken') {
      one.wish = 'pause'
      one.stop.abort(new AppError('cancelled', 'Paused on request.', {}))
    } else one.state = 'paused'
    one.isResting = false
    this.#changed()
  }

  /** `asks`: a person has said so, and answers what the lab box asks. */
  goOn(id: string, { asks }: { asks: boolean }): void {
    const one = this.#find(id)
    one.asks = asks
    if (one.state === 'broken') return this.retryNow()
    if (one.state !== 'paused' && one.state !== 'failed') return
    one.wish = null
    one.state = 'waiting'
    one.isResting = false
    one.failure = null
    one.endedAtMs = null
    this.#work(one)
    this.#changed()
  }

  stop(id: string): void {
    this.#stop(this.#find(id))
    this.#changed()
  }

  /** Lab boxes that are gone take their transfers with them. */
  forgetLabs(): void {
    const gone = this.#all.filter(({ labId }) => !this.#isKnown(labId))
    if (gone.length === 0) return
    for (const one of gone) this.#stop(one)
    this.#changed()
  }

  first(id: string): void {
    const one = this.#find(id)
    this.#all = [one, ...this.#all.filter((other) => other !== one)]
    this.#changed()
  }

  clear(): void {
    this.#all = this.#all.filter(({ state }) => state !== 'done')
    this.#changed()
  }

  /** Where a download goes to on this laptop. */
  folderOf(id: string): string {
    const { direction, folder } = this.#find(id)
    if (direction === 'up') throw new AppError('not-found', 'What was uploaded is not on this laptop.', {})
    return folder
  }

  /** Those that wait for the connection try now: the network has changed. */
  retryNow(): void {
    this.#hurry.abort()
    this.#hurry = new AbortController()
  }

  /** What ended because nobody answered the lab box goes on. */
  signedIn(labId: string): void {
    this.#goOnWhere((one) => one.labId === labId && one.failure?.code === 'second-factor-needed')
  }

  /** What ended because the page that has these files was away goes on. */
  sourcesAreBack(sources: ReadonlySet<string>): void {
    this.#goOnWhere(({ copy, failure }) => failure?.code === 'page-closed' && sources.has(copy.source))
  }

  /** The lab boxes of which transfers rest since the last run of the app. */
  get restingLabs(): ReadonlySet<string> {
    return new Set(this.#all.filter(({ isResting }) => isResting).map(({ labId }) => labId))
  }

  /** What rests since the last run of the app goes on. */
  reached(labId: string): void {
    this.#goOnWhere((one) => one.labId === labId && one.isResting)
  }

  async close(): Promise<void> {
    this.#kept.save(this.#all)
    this.#kept[Symbol.dispose]()
    this.#closed.abort(new AppError('cancelled', 'The app is being closed.', {}))
    for (const { stop } of this.#all) stop.abort(this.#closed.signal.reason)
    this.#telling?.[Symbol.dispose]()
    this.#telling = null
    await Promise.allSettled([...this.#working.values(), ...this.#cleaning])
    this.feed.close()
  }

  /** `same`, as it was asked for now. */
  #takeUp(same: TransferRun, { copy }: TransferRun): void {
    same.copy.replace = copy.replace
    if (same.state !== 'paused' && same.state !== 'failed') return
    same.copy.planAnew()
    this.goOn(same.id, { asks: false })
  }

  #stop(one: TransferRun): void {
    one.wish = 'stop'
    if (one.state === 'running' || one.state === 'broken')
      one.stop.abort(new AppError('cancelled', 'Stopped on request.', {}))
    else this.#giveUp(one)
  }

  #goOnWhere(isSo: (one: TransferRun) => boolean): void {
    for (const one of this.#all) if (isSo(one)) this.goOn(one.id, { asks: false })
  }

  #find(id: string): TransferRun {
    const found = this.#all.find((one) => one.id === id)
    if (!found) throw new AppError('not-found', 'This transfer is no longer in the list.', {})
    return found
  }

  #work({ labId, direction }: TransferRun): void {
    const key = `${direction} ${labId}`
    if (this.#working.has(key)) return
    const next = (): TransferRun | undefined =>
      this.#all.find((one) => one.labId === labId && one.direction === direction && one.state === 'waiting')
    const work = async (): Promise<void> => {
      // after `#working` holds it
      await Promise.resolve()
      for (let one = next(); one && !this.#closed.signal.aborted; one = next()) await this.#run(one)
      this.#working.delete(key)
    }
    this.#working.set(key, work())
  }

  async #run(one: TransferRun): Promise<void> {
    one.stop = new AbortController()
    one.wish = null
    for (let tries = 0; ;) {
      const before = one.copy.doneBytes
      try {
        one.state = 'running'
        this.#tell()
        const { asks } = one
        one.asks = false
        using open = await this.#openLab(one.labId, { signal: one.stop.signal, asks })
        // it is there: what stopped the last try is over
        one.failure = null
        one.failure = await one.run(this.#laptop, open.lab, {
          onProgress: () => this.#tellSoon(),
          now: () => this.#clock.now(),
        })
        this.#end(one, one.failure ? 'failed' : 'done')
        return
      } catch (error) {
        if (one.stop.signal.aborted) return this.#obey(one)
        if (!isPassing(error)) {
          if (!(error instanceof AppError)) this.#log.error('a transfer failed', { error: String(error) })
          one.failure = withKept(failureOfError(error), one.copy.doneBytes)
          this.#end(one, 'failed')
          return
        }
        tries = one.copy.doneBytes > before ? 0 : tries + 1
        one.state = 'broken'
        one.failure = error.toFailure()
        one.endedAtMs ??= this.#clock.now()
        this.#tell()
        await this.#untilNextTry(one, tries)
        if (one.stop.signal.aborted) return this.#obey(one)
        one.endedAtMs = null
      }
    }
  }

  async #untilNextTry({ stop }: TransferRun, tries: number): Promise<void> {
    const delayMs = retryDelaysMs[Math.max(0, Math.min(tries, retryDelaysMs.length) - 1)] ?? 0
    const signal = AbortSignal.any([stop.signal, this.#hurry.signal])
    await pause(delayMs, { signal, clock: this.#clock }).catch(() => undefined)
  }

  /** A person has stopped or paused it, or the app is being closed. */
  #obey(one: TransferRun): void {
    if (one.wish === 'stop') this.#giveUp(one)
    else {
      one.state = 'paused'
      one.failure = null
      one.endedAtMs = this.#clock.now()
    }
    this.#tell()
  }

  #end(one: TransferRun, state: 'done' | 'failed'): void {
    one.state = state
    one.endedAtMs = this.#clock.now()
    this.#all = withoutOldest(this.#all)
    this.#tell()
  }

  /** Off the list; its parts are removed as far as they can be reached. */
  #giveUp(one: TransferRun): void {
    this.#all = this.#all.filter((other) => other !== one)
    if (one.copy.parts.length === 0 || this.#closed.signal.aborted) return
    // it was asked for again meanwhile, and goes on with them
    if (this.#all.some((other) => other.isSameAs(one) && other.state !== 'done')) return
    const places = { openLab: this.#openLab, laptop: this.#laptop, log: this.#log }
    const cleaning = removeParts(one, places, { signal: this.#closed.signal }).finally(() =>
      this.#cleaning.delete(cleaning),
    )
    this.#cleaning.add(cleaning)
  }

  /** A person has changed something: it is kept before the call returns. */
  #changed(): void {
    if (!this.#closed.signal.aborted) this.#kept.save(this.#all)
    this.#tell()
  }

  #tellSoon(): void {
    this.#telling ??= this.#clock.after(tellIntervalMs, () => this.#tell(), { ref: false })
  }

  #tell(): void {
    this.#telling?.[Symbol.dispose]()
    this.#telling = null
    if (this.#closed.signal.aborted) return
    this.#kept.saveSoon(this.#all)
    const nowMs = this.#clock.now()
    this.feed.set(this.#all.map((one) => one.view(nowMs)))
  }
}
