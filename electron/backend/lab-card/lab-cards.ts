import type { LabCard } from '@nps-desktop/electron/contract'
import type { Clock } from '@nps-desktop/relay-core/async'
import { Signal } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { Storage } from '../storage/records.ts'
import { storedLab } from '../storage/stored-machine.ts'
import { CardReader } from './card-reader.ts'
import type { CardReading } from './card-reading.ts'
import { endProcess, lookAtLab } from './look-at-lab.ts'

type Abortable = { readonly signal: AbortSignal }

/** What each lab box says of itself, read while somebody looks at it or waits for something there. */
export class LabCards {
  readonly #options: { storage: Storage; sessions: Pick<LabSessions, 'use'>; clock: Clock; log: Log }
  readonly #readers = new Map<string, CardReader>()
  readonly #read = new Signal<[labId: string, reading: CardReading]>()

  constructor(options: { storage: Storage; sessions: Pick<LabSessions, 'use'>; clock: Clock; log: Log }) {
    this.#options = options
  }

  watch({ labId }: { labId: string }, { signal }: Abortable): AsyncGenerator<LabCard, void, void> {
    return this.#reader(labId).feed.watch(signal)
  }

  readNow({ labId }: { labId: string }): void {
    this.#reader(labId).readNow()
  }

  /** Reads the box each minute, with these processes in the list, until the handle is disposed of. */
  need(labId: string, watched: readonly number[]): Disposable {
    return this.#reader(labId).need(watched)
  }

  /** Calls back after each reading of any box. */
  onReading(listener: (labId: string, reading: CardReading) => void): Disposable {
    return this.#read.subscribe(listener)
  }

  async endProcess(
    { labId, pid, startedAtMs, force }: { labId: string; pid: number; startedAtMs: number; force: boolean },
    { signal }: Abortable,
  ): Promise<{ hasEnded: boolean }> {
    const { storage, sessions, clock } = this.#options
    const lab = storedLab(storage, labId)
    await using use = await sessions.use(labId, { signal, asks: true })
    const startedAgoS = Math.round((clock.now() - startedAtMs) / 1_000)
    const hasEnded = await endProcess(use.session, { pid, startedAgoS, force, lab: lab.name, signal })
    this.readNow({ labId })
    return { hasEnded }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.close()))
  }

  #reader(labId: string): CardReader {
    const known = this.#readers.get(labId)
    if (known) return known
    const { storage, sessions, clock, log } = this.#options
    const reader = new CardReader({
      last: storage.lastReadings.get(labId),
      keep: (reading) =>
        storage.whenPossible(`reading of ${labId}`, () => {
          if (storage.labs.get(labId)) storage.lastReadings.put(labId, reading)
        }),
      look: async (ask) => {
        await using use = await sessions.use(labId, { signal: ask.signal })
        return await lookAtLab(use.session, ask)
      },
      onReading: (reading) => this.#read.emit(labId, reading),
      clock,
      log,
    })
    this.#readers.set(labId, reader)
    return reader
  }
}
