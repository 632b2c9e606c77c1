import { join, resolve } from 'node:path'
import { RelayError } from '../api/errors.ts'
import type { Folders } from '../config/folders.ts'
import { askRelay } from '../remote/ask-relay.ts'
import { openControlSocket } from '../server/control-socket.ts'
import { formatReport, importStock, type ImportReport } from '../server/stock-data/import-stock.ts'
import { openStore } from '../server/store/store.ts'
import { exitCode } from './exit.ts'
import { usageError } from './flags.ts'
import { printable } from '../api/printable.ts'
import { print, printJson } from './output.ts'

/** `nps import <folder>`: clients, tunnels and hosts of a stock nps into this one, whether it runs or not. */
export async function runImportCommand(
  folders: Folders,
  { folder, json = false }: { folder: string | undefined; json?: boolean | undefined },
): Promise<number> {
  if (folder === undefined)
    throw usageError('Name the conf folder of the stock nps: nps import /etc/nps/conf [-json]')
  const report = await importHere(folders, resolve(folder))
  if (json) printJson(report)
  else
    print(
      formatReport(report)
        .map((line) => printable(line, '?'))
        .join('\n'),
    )
  return exitCode.ok
}

async function importHere({ state }: Folders, folder: string): Promise<ImportReport> {
  try {
    const path = join(state, 'control.sock')
    const answer = await askRelay(path, { question: '/import', body: folder, refusedAs: 'invalid-input' })
    return JSON.parse(answer) as ImportReport
  } catch (error) {
    if (!(error instanceof RelayError) || error.code !== 'relay-unreachable') throw error
    return importIntoStopped(state, folder)
  }
}

/** Holds the relay's own lock meanwhile, so that none starts on a state that is being filled. */
async function importIntoStopped(state: string, folder: string): Promise<ImportReport> {
  const lock = await openControlSocket(state, undefined)
  try {
    const store = openStore(state, Date.now())
    try {
      return await importStock(folder, { store, now: Date.now })
    } finally {
      store.close()
    }
  } finally {
    await lock.close()
  }
}
