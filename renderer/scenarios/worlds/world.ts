import { knownService, namesakeOf, tunnelUse } from '@nps-desktop/electron/contract'
import type { GuestPass, WebhookView } from '@nps-desktop/relay-core/api'
import type {
  ActivityEvent,
  FoundLook,
  ServiceStart,
  StartChoices,
  Failure,
  HostKey,
  Job,
  Lab,
  LabAlert,
  LabCard,
  LabLimits,
  Overview,
  PortReport,
  Server,
  ServerUse,
  Settings,
  SignInQuestion,
  Stop,
  SystemUpdates,
  Transfer,
  Terminal,
  Tunnel,
  TunnelDetails,
  TunnelKind,
  UpdateState,
  TunnelReach,
} from '@nps-desktop/electron/contract'

/** Everything one scenario shows. The pages see it through the real contract, so they cannot tell. */
export interface World {
  overview: Overview
  activity: ActivityEvent[]
  jobs: Job[]
  ports: Map<string, PortReport>
  hostKeys: HostKey[]
  /** What lab boxes say of themselves, by their ids; of others nothing comes. */
  cards: ReadonlyMap<string, LabCard>
  alerts: LabAlert[]
  /** What the machine of whichever server's page is open is doing. */
  serverUse?: ServerUse
  /** Of whichever server's page is open; none where it is not here. */
  systemUpdates?: SystemUpdates
  settings: Settings
  /** Of whichever tunnel's page is open. */
  passes: GuestPass[]
  updates: UpdateState
  /** What runs on the lab boxes, by their id; on others nothing does. */
  found: Map<string, FoundLook>
  /** What can be started on each lab box. */
  choices: StartChoices
  /** The newest start on any lab box. */
  start: ServiceStart | null
  terminals?: Terminal[]
  /** What machines ask the person. */
  questions?: SignInQuestion[]
  /** Bytes per second at a moment, of one tunnel. */
  traffic(tunnel: Tunnel, atMs: number): { down: number; up: number }
  /** Settings and limits, by tunnel; none where it is not here. */
  details?: ReadonlyMap<string, Partial<TunnelDetails>>
  labLimits?: LabLimits
  /** The feed of the overview never answers: what the first second looks like. */
  silent?: boolean
  transfers?: Transfer[]
  /** Of every server; none without it. */
  webhook?: WebhookView | null
  /** The page stands in the window of the desktop app. */
  desktop?: boolean
}

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

export function server(
  id: string,
  name: string,
  host: string,
  roundTripMs: number,
  part: Partial<Server> = {},
): Server {
  return {
    id,
    name,
    address: { host, port: 22, user: 'root' },
    hasSecret: true,
    relay: {
      host,
      bridgePort: 8024,
      fingerprint: `sha256:${'7f3a9c'.repeat(7)}`,
      version: '1.0.0',
      range: { from: 7000, to: 9000 },
    },
    link: { state: 'online', sinceMs: Date.now() - 46 * minuteMs, roundTripMs },
    last: null,
    local: false,
    ...part,
  }
}

export function guestPass(id: number, name: string, part: Partial<GuestPass> = {}): GuestPass {
  return {
    id,
    tunnelId: 1,
    name,
    way: 'line',
    address: null,
    createdAtMs: Date.now() - 3 * hourMs,
    expiresAtMs: Date.now() + 26 * hourMs,
    firstUsedAtMs: null,
    lastUsedAtMs: null,
    lastAddress: null,
    bytes: 0,
    connections: 0,
    revokedAtMs: null,
    ...part,
  }
}

export function lab(id: string, serverId: string, name: string, part: Partial<Lab> = {}): Lab {
  return {
    id,
    serverId,
    name,
    address: { host: '10.20.3.7', port: 22, user: 'goudan' },
    jump: null,
    hasSecret: true,
    startKind: 'systemd-user',
    allowTarget: '127.0.0.1,::1',
    allowTargetInForce: true,
    state: {
      state: 'online',
      sinceMs: Date.now() - 46 * minuteMs,
      address: '202.114.66.9',
      version: '1.0.0',
    },
    ...part,
  }
}

export function tunnel(
  owner: Lab,
  host: string,
  kind: TunnelKind,
  port: number,
  part: Partial<Tunnel> = {},
): Tunnel {
  const known = knownService(kind)
  return {
    id: `t${port}`,
    serverId: owner.serverId,
    labId: owner.id,
    kind,
    name: known?.name ?? 'VS Code',
    target: `127.0.0.1:${known?.usualPorts[0] ?? 8443}`,
    ...placeOf(kind, host, port, usualReachOf(kind, host)),
    status: { state: 'ready', checkedAtMs: Date.now() - 4_000, ms: 44 + (port % 9) },
    stops: stops(null),
    connections: 2,
    downBytes: 28.1e9,
    upBytes: 2.17e9,
    ...part,
  }
}

/** Who can use a new tunnel, as the app decides it: a server on this computer lets nobody else in anyway. */
export function usualReachOf(kind: TunnelKind, host: string): TunnelReach {
  return host === '127.0.0.1' ? 'anyone' : (knownService(kind)?.usualReach ?? 'anyone')
}

/** Where a tunnel is reached: `port` is one of the laptop's own, or one of the server `host` that anyone can use. */
export function placeOf(
  kind: TunnelKind,
  host: string,
  port: number,
  reach: TunnelReach,
): Pick<Tunnel, 'reach' | 'port' | 'address'> {
  const use = tunnelUse(kind)
  const at = reach === 'laptop' ? '127.0.0.1' : host
  if (kind === 'socks5') return { reach, port, address: `socks5://${at}:${port}` }
  if (kind === 'httpProxy') return { reach, port, address: `http://${at}:${port}` }
  if (use === 'copy-ssh-command') return { reach, port, address: `ssh -p ${port} goudan@${at}` }
  if (use === 'copy-address') return { reach, port, address: `${at}:${port}` }
  return { reach, port, address: `http://${at}:${port}${use === 'copy-base-url' ? '/v1' : ''}` }
}

/** The laptop's own port for a service: that of its target, the usual one of a proxy, or the next one that no other tunnel has. */
export function laptopPort(kind: TunnelKind, tunnels: readonly Tunnel[]): number {
  const taken = new Set(tunnels.flatMap(({ reach, port }) => (reach === 'laptop' ? [port] : [])))
  const namesake = namesakeOf(kind, `127.0.0.1:${knownService(kind)?.usualPorts[0] ?? 8443}`)
  let port = Number(namesake.slice(namesake.lastIndexOf(':') + 1))
  while (taken.has(port)) port += 1
  return port
}

/** The five stops, failing at one of them, or none. */
export function stops(failed: Stop['name'] | null, failure: Failure | null = null): Stop[] {
  const times: Record<Stop['name'], number | null> = {
    laptop: null,
    server: 12,
    port: 1,
    lab: 34,
    service: 1,
  }
  const list = (Object.keys(times) as Stop['name'][]).map((name) => ({ name, ms: times[name] }))
  const at = failed ? list.findIndex(({ name }) => name === failed) : list.length
  return list.map(({ name, ms }, index) => {
    if (index < at) return { name, state: 'ok', ms, failure: null }
    return index === at
      ? { name, state: 'failed', ms: null, failure }
      : { name, state: 'unknown', ms: null, failure: null }
  })
}

/** A tunnel that fails at one stop. */
export function broken(
  base: Tunnel,
  at: Stop['name'],
  failure: Failure,
  sinceMs = Date.now() - 12 * minuteMs,
): Tunnel {
  return {
    ...base,
    status: { state: 'broken', stop: at, sinceMs, failure },
    stops: stops(at, failure),
    connections: 0,
  }
}

const usualRates: Readonly<Partial<Record<TunnelKind, number>>> = {
  ssh: 4_000,
  jupyter: 4_200_000,
  tensorboard: 240_000,
}

/** Bursts and noise that look like notebooks and shells at work; the same at the same moment. */
export function livelyTraffic(of: Tunnel, atMs: number): { down: number; up: number } {
  if (of.status.state !== 'ready' && of.status.state !== 'checking') return { down: 0, up: 0 }
  const second = Math.floor(atMs / 1_000)
  const noise = (salt: number): number => {
    const value = Math.sin(second * 12.9898 + salt * 78.233 + of.port) * 43_758.5453
    return value - Math.floor(value)
  }
  const wave = Math.max(0, Math.sin((second + of.port * 7) / 6))
  const scale = usualRates[of.kind] ?? 900_000
  return {
    down: scale * (0.12 + 0.1 * noise(1) + wave * (0.6 + 0.4 * noise(2))),
    up: scale * 0.02 * (0.5 + noise(3)),
  }
}
