import type { Clock } from '@nps-desktop/relay-core/async'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { UseOptions } from '../lab-sessions/machine-sessions.ts'
import { LabSide } from './sides/lab-side.ts'
import { remoteHash } from './sides/remote-hash.ts'
import { SftpChannel } from './sides/sftp-channel.ts'

/** From one folder to the next the channel stays: opening one takes three round trips. */
const keptMs = 30_000

interface Kept extends Disposable {
  readonly lab: LabSide
}

/** The sftp channels on lab boxes: one for each box that a person looks around with, and as many as are asked for to copy. */
export class LabChannels {
  readonly #sessions: Pick<LabSessions, 'use'>
  readonly #nameOf: (labId: string) => string
  readonly #asks: boolean
  readonly #clock: Clock
  readonly #kept = new Map<string, { open: Promise<Kept>; users: number; unused: Disposable | null }>()

  constructor(options: {
    sessions: Pick<LabSessions, 'use'>
    nameOf: (labId: string) => string
    /** Whether what `with` does is what a person has just begun, who answers what the lab box asks. */
    asks: boolean
    clock: Clock
  }) {
    this.#sessions = options.sessions
    this.#nameOf = options.nameOf
    this.#asks = options.asks
    this.#clock = options.clock
  }

  /** A channel of its own. Rejects as `LabSessions.use` and `SftpChannel.open` do. */
  async open(labId: string, options: UseOptions): Promise<Kept> {
    const { signal } = options
    const use = await this.#sessions.use(labId, options)
    try {
      const channel = await SftpChannel.open(use.session, { signal, clock: this.#clock })
      const close = (): void => {
        channel[Symbol.dispose]()
        use[Symbol.dispose]()
      }
      const lab = new LabSide(channel, {
        lab: this.#nameOf(labId),
        hashOf: (path, bytes, stop) => remoteHash(use.session, path, bytes, stop),
      })
      return { lab, [Symbol.dispose]: close }
    } catch (error) {
      use[Symbol.dispose]()
      throw error
    }
  }

  /** Does `work` with the channel that is kept for looking around. */
  async with<T>(
    labId: string,
    work: (lab: LabSide) => Promise<T>,
    { signal }: { signal: AbortSignal },
  ): Promise<T> {
    let kept = this.#kept.get(labId)
    if (!kept) {
      // not with the signal of this call: another may wait for it too
      kept = { open: this.open(labId, { signal: neverAborts, asks: this.#asks }), users: 0, unused: null }
      this.#kept.set(labId, kept)
    }
    const mine = kept
    mine.unused?.[Symbol.dispose]()
    mine.users++
    try {
      const { lab } = await mine.open
      if (!lab.channel.isOpen) {
        this.#forget(labId, mine)
        return await this.with(labId, work, { signal })
      }
      signal.throwIfAborted()
      return await work(lab)
    } catch (error) {
      if (!(await isOpen(mine.open))) this.#forget(labId, mine)
      throw error
    } finally {
      if (--mine.users === 0) {
        mine.unused = this.#clock.after(keptMs, () => this.#forget(labId, mine), { ref: false })
        if (this.#kept.get(labId) !== mine) this.#forget(labId, mine)
      }
    }
  }

  close(): void {
    for (const [labId, kept] of this.#kept) this.#forget(labId, kept)
  }

  #forget(labId: string, kept: { open: Promise<Kept>; unused: Disposable | null }): void {
    kept.unused?.[Symbol.dispose]()
    if (this.#kept.get(labId) === kept) this.#kept.delete(labId)
    kept.open.then((open) => open[Symbol.dispose](), ignore)
  }
}

const neverAborts = new AbortController().signal

async function isOpen(opening: Promise<Kept>): Promise<boolean> {
  try {
    return (await opening).lab.channel.isOpen
  } catch {
    return false
  }
}

function ignore(): void {}
