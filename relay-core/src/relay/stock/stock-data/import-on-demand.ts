import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RelayError } from '../../../api/errors.ts'
import type { Log } from '../../../log/log.ts'
import type { ClientRegistry } from '../../clients/client-registry.ts'
import type { Store } from '../../store/store.ts'
import type { TunnelRegistry } from '../../tunnels/registry/tunnel-registry.ts'
import type { ImportReport } from './import-stock.ts'

/**
 * Someone who starts this relay in place of a stock one finds everything there: an empty state takes over what is next to
 * nps.conf. A folder that cannot be read is logged and stops nothing.
 */
export async function importAtFirstStart(
  confFolder: string,
  { store, log, now }: { store: Store; log: Log; now: () => number },
): Promise<void> {
  if (!existsSync(join(confFolder, 'clients.json'))) return
  // Most relays never need it.
  const { formatReport, importStock } = await import('./import-stock.ts')
  try {
    const report = await importStock(confFolder, { store, now })
    for (const line of formatReport(report)) log.info(`import: ${line}`)
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    log.warn('import: the data of the stock nps was not taken over; "nps import" tries again', {
      code: error.code,
      reason: error,
    })
  }
}

/** While the relay runs: what was imported is listening when this fulfils. */
export async function importIntoRunning(
  folder: string,
  {
    store,
    clients,
    tunnels,
    now,
    from,
  }: {
    store: Store
    clients: ClientRegistry
    tunnels: TunnelRegistry
    now: () => number
    from: string | undefined
  },
): Promise<ImportReport> {
  const { importStock } = await import('./import-stock.ts')
  const report = await importStock(folder, { store, now, from })
  await tunnels.openAll()
  clients.changed.emit()
  return report
}
