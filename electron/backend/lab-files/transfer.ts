import type { Failure, Transfer as TransferView } from '@nps-desktop/electron/contract'
import type { FileSide } from './sides/file-side.ts'
import { TreeCopy } from './copy/copy-tree.ts'
import { TransferRate } from './transfer-rate.ts'

/** What is wanted of a transfer besides going on. */
export type Wish = 'pause' | 'stop'

/** One file or folder that was dropped, chosen or downloaded, from its place in the queue to its end. */
export class Transfer {
  readonly id: string
  readonly labId: string
  readonly direction: 'up' | 'down'
  readonly name: string
  /** Where it goes to. */
  readonly folder: string
  readonly copy: TreeCopy
  state: TransferView['state'] = 'waiting'
  failure: Failure | null = null
  endedAtMs: number | null = null
  wish: Wish | null = null
  /** The next connection is a person's wish, see `LabSessions.use`. */
  asks = false
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
  }) {
    const { id, labId, direction, name, folder, ...copy } = options
    this.id = id
    this.labId = labId
    this.direction = direction
    this.name = name
    this.folder = folder
    this.copy = new TreeCopy(copy)
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

  view(nowMs: number): TransferView {
    const { plan, doneBytes, doneFiles } = this.copy
    const { id, labId, direction, name, folder, state, failure, endedAtMs } = this
    const bytesPerSecond = state === 'running' ? Math.round(this.#rate.bytesPerSecond(nowMs)) : 0
    const left = plan === null ? null : Math.max(0, plan.bytes - doneBytes)
    return {
      id,
      labId,
      direction,
      name,
      folder,
      state,
      doneBytes,
      totalBytes: plan?.bytes ?? null,
      doneFiles,
      totalFiles: plan?.files.length ?? null,
      bytesPerSecond,
      leftMs: left === null || bytesPerSecond === 0 ? null : Math.round((left / bytesPerSecond) * 1000),
      failure,
      endedAtMs,
      leftOut: plan?.leftOut ?? 0,
    }
  }
}
