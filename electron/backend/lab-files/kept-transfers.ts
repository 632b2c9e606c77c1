import type { Clock } from '@nps-desktop/relay-core/async'
import type { Storage, TransferRecord } from '../storage/records.ts'
import { TransferRun } from './transfer.ts'

/** The progress that is kept on the disk may lag behind by this much: what has arrived is found where it is. */
const saveDelayMs = 1_000

/** Keeps the queue of transfers over restarts of the app, whichever way it ended: all but those that have arrived. */
export class KeptTransfers implements Disposable {
  readonly #storage: Pick<Storage, 'transfers' | 'whenPossible'>
  readonly #clock: Clock
  /** By id: the row as it is on the disk. */
  readonly #saved = new Map<string, string>()
  #all: readonly TransferRun[] = []
  #saving: Disposable | null = null

  constructor(options: { storage: Pick<Storage, 'transfers' | 'whenPossible'>; clock: Clock }) {
    this.#storage = options.storage
    this.#clock = options.clock
  }

  /** Those of the last run. Those of lab boxes that are gone are forgotten. */
  restore(isKnown: (labId: string) => boolean): TransferRun[] {
    const rows = this.#storage.transfers.list()
    rows.forEach((row, position) => this.#saved.set(row.id, bodyOf(row, position)))
    const known = rows.filter(({ labId }) => isKnown(labId)).map((row) => TransferRun.restored(row))
    this.save(known)
    return known
  }

  /** Now, or once the disk takes it. */
  save(all: readonly TransferRun[]): void {
    this.#all = all
    this.#saving?.[Symbol.dispose]()
    this.#saving = null
    this.#storage.whenPossible('transfers', () => this.#write())
  }

  saveSoon(all: readonly TransferRun[]): void {
    this.#all = all
    this.#saving ??= this.#clock.after(saveDelayMs, () => this.save(this.#all), { ref: false })
  }

  [Symbol.dispose](): void {
    this.#saving?.[Symbol.dispose]()
    this.#saving = null
  }

  #write(): void {
    const rows = this.#all
      .map((one) => one.record)
      .filter((row) => row !== null)
      .map((row, position) => ({ row, position, body: bodyOf(row, position) }))
    const put = rows.filter(({ row, body }) => this.#saved.get(row.id) !== body)
    const there = new Set(rows.map(({ row }) => row.id))
    const gone = [...this.#saved.keys()].filter((id) => !there.has(id))
    if (put.length === 0 && gone.length === 0) return
    this.#storage.transfers.save({ put, gone })
    for (const { row, body } of put) this.#saved.set(row.id, body)
    for (const id of gone) this.#saved.delete(id)
  }
}

function bodyOf(row: TransferRecord, position: number): string {
  return JSON.stringify([position, row])
}
