import type { Failure, Transfer } from '@nps-desktop/electron/contract'
import type { TransferRecord } from '../storage/records.ts'
import type { FileSide } from './sides/file-side.ts'
import { TreeCopy } from './copy/copy-tree.ts'
import { TransferRate } from './transfer-rate.ts'

/** What is wanted of a transfer besides going on. */
export type TransferWish = 'pause' | 'stop'

/** One file or folder that was dropped, chosen or downloaded, from its place in the queue to its end. */
export class TransferRun {
  readonly id: string
  readonly labId: string
  readonly direction: 'up' | 'down'
  readonly name: string
  /** Where it goes to. */
  readonly folder: string
  readonly copy: TreeCopy
  state: Transfer['state'] = 'waiting'
  failure: Failure | null = null
  endedAtMs: number | null = null
  wish: TransferWish | null = null
  /** The next connection is a person's wish, see `LabSessions.use`. */
  asks = false
  /** The last run of the app had not come to its end: goes on as soon as its lab box is within reach. */
  isResting = false
  /** Aborted, it lets go of what it does at the moment. */
  stop = new AbortController()
  readonly #rate = new TransferRate()

  constructor(options: {
    id: string
    labId: string
    direction: 'up' | 'down'
    name: string
    folder: string
    source: string
    target: string
    replace: boolean
    before?: Pick<TransferRecord, 'progress' | 'parts'>
  }) {
    const { id, labId, direction, name, folder, ...copy } = options
    this.id = id
    this.labId = labId
    this.direction = direction
    this.name = name
    this.folder = folder
    this.copy = new TreeCopy(copy)
  }

  /** As the last run of the app left it. */
  static restored({ state, failure, endedAtMs, progress, parts, ...options }: TransferRecord): TransferRun {
    const one = new TransferRun({ ...options, before: { progress, parts } })
    one.isResting = state === 'waiting'
    one.state = state === 'failed' ? 'failed' : 'paused'
    one.failure = failure
    one.endedAtMs = endedAtMs
    return one
  }

  /** For the next run of the app; null where there is nothing left to do. */
  get record(): TransferRecord | null {
    const { id, labId, direction, name, folder, state, wish, isResting } = this
    if (state === 'done' || wish === 'stop') return null
    const isPaused = (state === 'paused' && !isResting) || wish === 'pause'
    const kept = isPaused ? 'paused' : state === 'failed' ? 'failed' : 'waiting'
    const { source, target, replace, progress, parts } = this.copy
    return {
      id,
      labId,
      direction,
      name,
      folder,
      source,
      target,
      replace,
      state: kept,
      failure: kept === 'failed' ? this.failure : null,
      endedAtMs: this.endedAtMs,
      progress,
      parts,
    }
  }

  /** From the same place to the same one, and so by the same part. */
  isSameAs({ labId, direction, copy }: TransferRun): boolean {
    return (
      labId === this.labId &&
      direction === this.direction &&
      copy.source === this.copy.source &&
      copy.target === this.copy.target
    )
  }

  /** It will do nothing any more. */
  get isOver(): boolean {
    return this.state === 'done' || this.state === 'failed'
  }

  async run(
    laptop: FileSide,
    lab: FileSide,
    { onProgress, now }: { onProgress: () => void; now: () => number },
  ): Promise<Failure | null> {
    const [from, to] = this.direction === 'up' ? [laptop, lab] : [lab, laptop]
    this.#rate.forget()
    return await this.copy.run(from, to, {
      signal: this.stop.signal,
      onProgress: () => {
        this.#rate.note(now(), this.copy.doneBytes)
        onProgress()
      },
    })
  }

  view(nowMs: number): Transfer {
    const { plan, progress, renamed } = this.copy
    const { totalBytes, doneBytes } = progress
    const { id, labId, direction, name, folder, state, failure, endedAtMs, isResting } = this
    const bytesPerSecond = state === 'running' ? Math.round(this.#rate.bytesPerSecond(nowMs)) : 0
    const left = totalBytes === null ? null : Math.max(0, totalBytes - doneBytes)
    return {
      id,
      labId,
      direction,
      name,
      folder,
      state,
      ...progress,
      bytesPerSecond,
      leftMs: left === null || bytesPerSecond === 0 ? null : Math.round((left / bytesPerSecond) * 1000),
      failure,
      endedAtMs,
      leftOut: plan?.leftOut ?? 0,
      renamed,
      isResting,
    }
  }
}
