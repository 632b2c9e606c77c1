import { existsSync, lstatSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { RelayError } from '../../api/errors.ts'
import type { Folders } from '../../config/file/folders.ts'
import { askRelay } from '../../api-client/ask-relay.ts'
import { controlPath } from '../../api-client/control-path.ts'
import { openControlSocket } from '../../relay/control/control-socket.ts'
import { formatReport, importStock, type ImportReport } from '../../relay/stock/stock-data/import-stock.ts'
import { openStore } from '../../relay/store/store.ts'
import { handToOwner } from '../../service/account.ts'
import { exitCode } from '../shared/exit.ts'
import { usageError } from '../shared/flags.ts'
import { printable } from '../../api/words/printable.ts'
import { print, printJson } from '../shared/output.ts'

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
    return await askToImport(state, folder)
  } catch (error) {
    if (!(error instanceof RelayError) || error.code !== 'relay-unreachable') throw error
    return importIntoStopped(state, folder)
  }
}

/** nps runs under its own account, which may not read what root may: it gets copies then. */
async function askToImport(state: string, folder: string): Promise<ImportReport> {
  const ask = async (...paths: string[]) => {
    const options = { question: '/import', body: paths.join('\0'), refusedAs: 'invalid-input' } as const
    return JSON.parse(await askRelay(controlPath(state), options)) as ImportReport
  }
  const from = [folder, join(folder, 'conf')].find((one) => existsSync(join(one, 'clients.json')))
  if (
    from === undefined ||
    process.getuid?.() !== 0 ||
    (lstatSync(state, { throwIfNoEntry: false })?.uid ?? 0) === 0
  )
    return ask(folder)
  const copies = await mkdtemp(join(state, 'import-'))
  try {
    for (const name of await readdir(from))
      if (name.endsWith('.json')) await copyFile(join(from, name), join(copies, name))
    handToOwner(state)
    return await ask(copies, from)
  } finally {
    await rm(copies, { recursive: true })
  }
}

/** Holds the relay's own lock meanwhile, so that none starts on a state that is being filled. */
async function importIntoStopped(state: string, folder: string): Promise<ImportReport> {
  // a relay that has never run has none yet
  await mkdir(state, { recursive: true, mode: 0o700 })
  const lock = await openControlSocket(state, undefined)
  try {
    const store = openStore(state, Date.now())
    try {
      return await importStock(folder, { store, now: Date.now })
    } finally {
      store.close()
      handToOwner(state)
    }
  } finally {
    await lock.close()
  }
}
