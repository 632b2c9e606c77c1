import type { Store } from '../../store/store.ts'
import { planImport, type ImportLine } from './import-plan.ts'
import { readStockFolder } from './stock-folder.ts'

/** What an import did, for people and for scripts. */
export interface ImportReport {
  readonly folder: string
  readonly clientsTaken: number
  readonly tunnelsTaken: number
  readonly lines: readonly ImportLine[]
}

/**
 * Imports clients, tunnels and hosts of a stock server into the state, all or nothing. The stock files are only read; what
 * is already in the state stays unchanged. `from`: the conf folder that the files were copied from, if they were.
 *
 * @throws RelayError `not-found`, `not-possible-here` or `invalid-input` when the folder cannot be read; nothing is taken then
 */
export async function importStock(
  folder: string,
  {
    store,
    now,
    from,
  }: {
    store: Pick<Store, 'clients' | 'tunnels' | 'importRecords'>
    now: () => number
    from?: string | undefined
  },
): Promise<ImportReport> {
  const stock = await readStockFolder(folder, from)
  const { clients, tunnels, lines } = planImport(stock, {
    clients: store.clients.list(),
    tunnels: store.tunnels.list(),
  })
  store.importRecords({ clients, tunnels }, now())
  return { folder: stock.folder, clientsTaken: clients.length, tunnelsTaken: tunnels.length, lines }
}

/** One line per record, and a summary. */
export function formatReport({ folder, clientsTaken, tunnelsTaken, lines }: ImportReport): string[] {
  const words = { taken: 'taken', there: 'there already', left: 'left out' }
  const left = lines.filter(({ outcome }) => outcome === 'left').length
  return [
    ...lines.map(({ file, at, outcome, what, notes }) =>
      [`${file} ${at}: ${what}: ${words[outcome]}`, ...notes].join('; '),
    ),
    `Taken from ${folder}: ${clientsTaken} clients, ${tunnelsTaken} tunnels and hosts. Left out: ${left}. Its files are as they were.`,
  ]
}
