import { join } from 'node:path'
import { ClientStore } from './client-store.ts'
import { openDatabase } from './database.ts'
import { importRecords, type ImportedClient, type ImportedTunnel } from './import-records.ts'
import { InviteStore } from './invite-store.ts'
import { PassStore } from './pass-store.ts'
import { TrafficStore } from './traffic-store.ts'
import { TunnelStore } from './tunnel-store.ts'
import { WatchStore } from './watch-store.ts'
import { WebhookStore } from './webhook-store.ts'

/** What the relay remembers: one SQLite file, `relay.db`, in its state folder. */
export interface Store {
  readonly clients: ClientStore
  readonly tunnels: TunnelStore
  readonly invites: InviteStore
  readonly passes: PassStore
  readonly traffic: TrafficStore
  readonly webhook: WebhookStore
  readonly watches: WatchStore
  /** All or none. */
  importRecords(
    records: { clients: readonly ImportedClient[]; tunnels: readonly ImportedTunnel[] },
    nowMs: number,
  ): void
  /** What the relay writes on its own, as opposed to what a call asks for: all or none. @throws RelayError as `StateFile` */
  save(work: () => void): void
  close(): void
}

/** Opens or creates the state in `folder`. `startedAtMs` names this run in the history of traffic. */
export function openStore(folder: string, startedAtMs: number): Store {
  const database = openDatabase(join(folder, 'relay.db'))
  return {
    clients: new ClientStore(database),
    tunnels: new TunnelStore(database),
    invites: new InviteStore(database),
    passes: new PassStore(database),
    traffic: new TrafficStore(database, startedAtMs),
    webhook: new WebhookStore(database),
    watches: new WatchStore(database),
    importRecords: (records, nowMs) => importRecords(database, records, nowMs),
    save: (work) => {
      database.transaction(work)
      database.share()
    },
    close: () => database.close(),
  }
}
