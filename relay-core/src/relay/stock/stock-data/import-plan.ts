import { takesSetting, tunnelModes } from '../../../api/tunnel-modes.ts'
import type { ClientRecord } from '../../store/client-store.ts'
import type { ImportedClient, ImportedTunnel } from '../../store/import-records.ts'
import type { TunnelRecord } from '../../store/tunnel-store.ts'
import { convertClient, type Converted } from './convert-client.ts'
import { convertHost, convertTunnel, type BasicUser, type ConvertedTunnel } from './convert-tunnel.ts'
import { readRestrictions, type Restrictions } from './restrictions.ts'
import type { StockEntry } from './stock-file.ts'
import type {
  StockClientRecord,
  StockHostRecord,
  StockRestrictions,
  StockTaskRecord,
} from './stock-records.ts'

/** What the files of a stock conf folder say. */
export interface StockData {
  readonly clients: readonly StockEntry<StockClientRecord>[]
  readonly tunnels: readonly StockEntry<StockTaskRecord>[]
  readonly hosts: readonly StockEntry<StockHostRecord>[]
  /** What the server restricts for all: one record, or none. */
  readonly global: readonly StockEntry<StockRestrictions>[]
  /** The folder above `conf`. */
  readonly runPath: string
}

/** The outcome for one record. `there`: it was imported, or made, before and stays unchanged. */
export interface ImportLine {
  readonly file: 'clients.json' | 'tasks.json' | 'hosts.json'
  /** Which record of the file, from 1. */
  readonly at: number
  readonly outcome: 'taken' | 'there' | 'left'
  readonly what: string
  readonly notes: readonly string[]
}

export interface ImportPlan {
  readonly clients: readonly ImportedClient[]
  readonly tunnels: readonly ImportedTunnel[]
  readonly lines: readonly ImportLine[]
}

export interface Existing {
  readonly clients: readonly ClientRecord[]
  readonly tunnels: readonly TunnelRecord[]
}

interface Owner {
  /** Its id in the state, or the one it will have. */
  readonly vkey: string
  readonly basic: BasicUser
}

/** As many as a relay keeps. */
const maxOfEach = 10_000

/**
 * What has to be added to the state so that it has what the stock files have. Nothing existing is changed; a second
 * plan after the first one adds nothing.
 */
export function planImport(stock: StockData, existing: Existing): ImportPlan {
  const lines: ImportLine[] = []
  const clients: ImportedClient[] = []
  const owners = new Map<number, Owner>()
  const vkeys = new Map(existing.clients.map(({ id, vkey }) => [vkey, id]))
  const wide = serverWide(stock.global)
  for (const entry of stock.clients) {
    const say = sayer(lines, 'clients.json', entry.at)
    if ('problem' in entry) {
      say('left', 'record', [entry.problem])
      continue
    }
    const { record } = entry
    // The client of the public key; no file of an intact server has it.
    if (record.NoStore) continue
    const what = `client ${record.Id}${record.Remark === '' ? '' : ` "${record.Remark}"`}`
    const converted = convertClient(record, wide)
    if ('problem' in converted) {
      say('left', what, [converted.problem])
    } else if (owners.has(record.Id)) {
      say('left', what, ['another client has this id already'])
    } else if (vkeys.has(converted.value.vkey)) {
      const isOurs = existing.clients.some(({ vkey }) => vkey === converted.value.vkey)
      say(isOurs ? 'there' : 'left', what, [
        `client ${vkeys.get(converted.value.vkey)} has this vkey already`,
      ])
      if (isOurs) owners.set(record.Id, { vkey: converted.value.vkey, basic: record.Cnf })
    } else if (existing.clients.length + clients.length >= maxOfEach) {
      say('left', what, [`a relay keeps at most ${maxOfEach} clients`])
    } else {
      owners.set(record.Id, { vkey: converted.value.vkey, basic: record.Cnf })
      vkeys.set(converted.value.vkey, record.Id)
      clients.push({ ...converted.value, wantedId: record.Id })
      say('taken', what, converted.notes)
    }
  }

  const tunnels: ImportedTunnel[] = []
  const taken = new Map<string, string | undefined>()
  const vkeyOf = new Map(existing.clients.map(({ id, vkey }) => [id, vkey]))
  for (const tunnel of existing.tunnels)
    taken.set(placeOf(tunnel), ownedBy(vkeyOf.get(tunnel.clientId), tunnel))
  const take = (
    say: ReturnType<typeof sayer>,
    what: string,
    {
      record,
      convert,
    }: {
      record: StockTaskRecord | StockHostRecord
      convert: (basic: BasicUser) => Converted<ConvertedTunnel>
    },
  ) => {
    const owner = owners.get(record.Client.Id)
    if (!owner)
      return say('left', what, [`its client ${record.Client.Id} is not among those that were taken`])
    const converted = convert(owner.basic)
    if ('problem' in converted) return say('left', what, [converted.problem])
    const { value } = converted
    const place = placeOf(value)
    if (taken.has(place)) {
      const isSame = taken.get(place) === ownedBy(owner.vkey, value)
      return say(isSame ? 'there' : 'left', what, [
        `${placeName(value)} belongs to ${isSame ? 'it' : 'another tunnel'} already`,
      ])
    }
    if (existing.tunnels.length + tunnels.length >= maxOfEach)
      return say('left', what, [`a relay keeps at most ${maxOfEach} tunnels`])
    taken.set(place, ownedBy(owner.vkey, value))
    tunnels.push({ ...value, vkey: owner.vkey, wantedId: 'Mode' in record ? record.Id : undefined })
    say('taken', what, converted.notes)
  }
  for (const entry of stock.tunnels) {
    const say = sayer(lines, 'tasks.json', entry.at)
    if ('problem' in entry) say('left', 'record', [entry.problem])
    else if (!entry.record.NoStore) {
      const { record } = entry
      const what = `${record.Mode} tunnel ${record.Id}${record.Port > 0 ? ` on port ${record.Port}` : ''}`
      take(say, what, { record, convert: (basic) => convertTunnel(record, basic) })
    }
  }
  for (const entry of stock.hosts) {
    const say = sayer(lines, 'hosts.json', entry.at)
    if ('problem' in entry) say('left', 'record', [entry.problem])
    else if (!entry.record.NoStore) {
      const { record } = entry
      const what = `host ${record.Id} ${record.Host}${record.Location}`
      take(say, what, { record, convert: (basic) => convertHost(record, basic, stock) })
    }
  }
  return { clients, tunnels, lines }
}

/** What could not be read of global.json may have kept anybody out. */
function serverWide(global: StockData['global']): Restrictions {
  const [entry] = global
  if (!entry) return { limits: {}, doubts: [] }
  return 'problem' in entry ? { limits: {}, doubts: [entry.problem] } : readRestrictions(entry.record)
}

/** What no two tunnels can share: a port, a host's name and path, or a private tunnel's target and password. */
function placeOf({ mode, port, target, settings }: Placed): string {
  if (takesSetting(mode, 'host')) return placeName({ mode, port, settings, target })
  return port === null
    ? `private ${target} ${settings.password ?? ''}`
    : `${tunnelModes[mode].port} port ${port}`
}

/** The same for the report, without passwords. */
function placeName({ mode, port, target, settings }: Placed): string {
  if (!takesSetting(mode, 'host'))
    return port === null ? `the way to ${target}` : `${tunnelModes[mode].port} port ${port}`
  const { name = '', path = '/', scheme = 'all' } = settings.host ?? {}
  return `${scheme === 'all' ? '' : `${scheme} `}${name.toLowerCase()}${path}`
}

type Placed = Pick<TunnelRecord, 'mode' | 'port' | 'target' | 'settings'>

function ownedBy(vkey: string | undefined, { mode }: Pick<TunnelRecord, 'mode'>): string {
  return `${mode} ${vkey ?? ''}`
}

function sayer(lines: ImportLine[], file: ImportLine['file'], at: number) {
  return (outcome: ImportLine['outcome'], what: string, notes: readonly string[]): void => {
    lines.push({ file, at, outcome, what, notes })
  }
}
