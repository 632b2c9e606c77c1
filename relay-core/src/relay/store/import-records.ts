import { keyIdOf, type ClientRecord } from './client-store.ts'
import type { StateFile } from './state-file.ts'
import type { TunnelRecord } from './tunnel-store.ts'

export type ImportedClient = Pick<
  ClientRecord,
  'name' | 'vkey' | 'enabled' | 'settings' | 'limits' | 'downBytes' | 'upBytes'
> & {
  /** Kept if it is free, because scripts refer to records by it. */
  readonly wantedId: number
}

export type ImportedTunnel = Pick<
  TunnelRecord,
  'name' | 'mode' | 'port' | 'target' | 'settings' | 'limits' | 'enabled' | 'downBytes' | 'upBytes'
> & {
  /** The id of its client, which is in the state or among those being added. */
  readonly vkey: string
  readonly wantedId: number | undefined
}

/** Adds records with their counters and, where they are free, with their ids: all of them or, on any failure, none. */
export function importRecords(
  database: StateFile,
  { clients, tunnels }: { clients: readonly ImportedClient[]; tunnels: readonly ImportedTunnel[] },
  nowMs: number,
): void {
  database.transaction(() => {
    const addClient = database.prepare(
      `insert into clients (id, name, vkey, key_id, enabled, created_at_ms, settings, limits, down_bytes, up_bytes)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const addTunnel = database.prepare(
      `insert into tunnels (id, client_id, name, mode, port, target, settings, limits, enabled, created_at_ms, down_bytes, up_bytes)
       values (?, (select id from clients where vkey = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const freeId = (table: 'clients' | 'tunnels', wanted: number | undefined) =>
      wanted !== undefined && !database.prepare(`select 1 from ${table} where id = ?`).get(wanted)
        ? wanted
        : null
    for (const { wantedId, name, vkey, enabled, settings, limits, downBytes, upBytes } of clients) {
      const id = freeId('clients', wantedId)
      const [set, limited] = [JSON.stringify(settings), JSON.stringify(limits)]
      addClient.run(id, name, vkey, keyIdOf(vkey), enabled ? 1 : 0, nowMs, set, limited, downBytes, upBytes)
    }
    // Those with a wanted id first, so that none of the others gets it.
    const ordered = [...tunnels].sort(
      (a, b) => Number(a.wantedId === undefined) - Number(b.wantedId === undefined),
    )
    for (const {
      wantedId,
      vkey,
      name,
      mode,
      port,
      target,
      settings,
      limits,
      enabled,
      downBytes,
      upBytes,
    } of ordered) {
      const id = freeId('tunnels', wantedId)
      const [set, limited] = [JSON.stringify(settings), JSON.stringify(limits)]
      const isOn = enabled ? 1 : 0
      addTunnel.run(id, vkey, name, mode, port, target, set, limited, isOn, nowMs, downBytes, upBytes)
    }
  })
}
