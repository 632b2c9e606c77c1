import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadOrCreateAdminKey } from '../api-client/admin-key.ts'
import type { Log } from '../log/log.ts'
import { loadOrCreateIdentity, type Identity } from '../net/tls/identity.ts'
import type { Secret } from '../secret.ts'
import { importAtFirstStart } from './stock/stock-data/import-on-demand.ts'
import { openStore, type Store } from './store/store.ts'
import { whileLocked } from './store/while-locked.ts'

/** What the relay keeps on the disk. */
export interface State extends AsyncDisposable {
  readonly store: Store
  readonly identity: Identity
  readonly adminKey: Secret
}

/**
 * Opens the state in `folder`, or makes it. A new one takes over the data of a stock NPS from the folder of `configPath`.
 * Rejects with RelayError `state-locked` when another program holds it for too long, or as `openStore`.
 */
export async function openState({
  folder,
  configPath,
  startedAtMs,
  log,
  now,
}: {
  folder: string
  configPath: string | undefined
  /** Names this run in the history of traffic. */
  startedAtMs: number
  log: Log
  now: () => number
}): Promise<State> {
  await using parts = new AsyncDisposableStack()
  const isFirstStart = !existsSync(join(folder, 'relay.db'))
  const store = parts.adopt(await whileLocked(() => openStore(folder, startedAtMs)), (part) => part.close())
  if (isFirstStart && configPath !== undefined) {
    await importAtFirstStart(dirname(configPath), { store, log, now })
  }
  const identity = await loadOrCreateIdentity(folder)
  const adminKey = await loadOrCreateAdminKey(folder)
  const opened = parts.move()
  return { store, identity, adminKey, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
