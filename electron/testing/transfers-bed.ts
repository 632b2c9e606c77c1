import type { Transfer } from '@nps-desktop/electron/contract'
import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { AppError } from '../backend/failures/app-error.ts'
import { chunkBytes, windowBytes } from '../backend/lab-files/copy/pump.ts'
import { KeptTransfers } from '../backend/lab-files/kept-transfers.ts'
import { TransferRun } from '../backend/lab-files/transfer.ts'
import { Transfers } from '../backend/lab-files/transfers.ts'
import type { TransferRecord } from '../backend/storage/records.ts'
import { MemorySide } from './memory-side.ts'

export const lost = () => new AppError('ssh-lost', 'The connection broke off.', { host: 'lab', reason: '' })

/** What the app keeps on its disk. */
function disk() {
  const rows = new Map<string, { row: TransferRecord; position: number }>()
  const storage = {
    transfers: {
      list: () =>
        [...rows.values()].toSorted((a, b) => a.position - b.position).map(({ row }) => structuredClone(row)),
      save: ({
        put,
        gone,
      }: {
        put: readonly { row: TransferRecord; position: number }[]
        gone: readonly string[]
      }) => {
        for (const one of put) rows.set(one.row.id, { ...one, row: structuredClone(one.row) })
        for (const id of gone) rows.delete(id)
      },
    },
    whenPossible: (_name: string, write: () => void) => write(),
  }
  return storage
}

/** Transfers between two machines in memory, over a way that can be away. */
export function transfersBed({
  clock = new ManualClock(),
  laptop = new MemorySide(),
  lab = new MemorySide(),
  storage = disk(),
} = {}) {
  const way = { isThere: true, opened: 0 }
  const labs = new Set(['l1'])
  const transfers = new Transfers({
    openLab: async () => {
      way.opened++
      if (!way.isThere) throw lost()
      return { lab, [Symbol.dispose]: () => undefined }
    },
    laptop,
    kept: new KeptTransfers({ storage, clock }),
    isKnown: (labId) => labs.has(labId),
    clock,
    log: silentLog,
  })
  let id = 0
  const upload = (name: string, replace = false): string => {
    const one = new TransferRun({
      id: `f${++id}`,
      labId: 'l1',
      direction: 'up',
      name,
      folder: '/lab',
      source: `/here/${name}`,
      target: `/lab/${name}`,
      replace,
    })
    transfers.add([one])
    return one.id
  }
  const where = async (isSo: (all: readonly Transfer[]) => boolean): Promise<Transfer[]> => {
    for await (const all of transfers.feed.watch(AbortSignal.timeout(20_000))) if (isSo(all)) return all
    throw new Error('it did not come so far')
  }
  const ended = () => where((all) => all.every(({ state }) => state === 'done'))
  return { clock, laptop, lab, labs, storage, way, transfers, upload, where, ended }
}

/** Larger than what is on its way at once, each chunk another one. */
export const large = Buffer.alloc(3 * windowBytes)
for (let at = 0; at < large.length; at += chunkBytes) large.fill(at / chunkBytes, at, at + chunkBytes)
