import type { Client } from '../../../api/client-models.ts'
import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import { traitsOf, type TunnelMode } from '../../../api/tunnel-modes.ts'

const megabyte = 1024 * 1024

/** A client as stock shows it. What only stock has is empty: console users, the basic user. */
export function viewClient(client: Client): Record<string, unknown> & { Id: number } {
  const { agent, limits, settings } = client
  const isOnline = agent.state === 'online'
  return {
    Cnf: { U: '', P: '', Compress: settings.compress ?? false, Crypt: settings.crypt ?? false },
    Id: client.id,
    VerifyKey: client.vkey,
    Addr: isOnline ? agent.address.replace(/:\d+$/, '') : '',
    Remark: client.name,
    Status: client.enabled,
    IsConnect: isOnline,
    RateLimit: Math.floor((limits.rateBytesPerSecond ?? 0) / 1024),
    Flow: {
      ExportFlow: client.downBytes,
      InletFlow: client.upBytes,
      FlowLimit: Math.ceil((limits.quotaBytes ?? 0) / megabyte),
    },
    Rate: { NowRate: 0 },
    NoStore: false,
    NoDisplay: false,
    MaxConn: limits.maxConnections ?? 0,
    NowConn: client.connections,
    WebUserName: '',
    WebPassword: '',
    ConfigConnAllow: settings.mayPush ?? true,
    MaxTunnelNum: limits.maxTunnels ?? 0,
    Version: isOnline ? agent.version : '',
  }
}

/** A tunnel other than a host, as stock shows it. */
export function viewTunnel(tunnel: RelayTunnel, client: Client): Record<string, unknown> & { Id: number } {
  const { settings } = tunnel
  return {
    Id: tunnel.id,
    Port: tunnel.port ?? 0,
    ServerIp: settings.listenIp ?? '',
    Mode: stockMode(tunnel.mode),
    Status: tunnel.enabled,
    RunStatus: tunnel.status.state === 'listening',
    Client: viewClient(client),
    Ports: '',
    Flow: viewFlow(tunnel),
    Password: settings.password ?? '',
    Remark: tunnel.name,
    TargetAddr: '',
    NoStore: tunnel.pushedBy !== null,
    LocalPath: settings.folder ?? '',
    StripPre: settings.stripPrefix ?? '',
    Target: viewTarget(tunnel),
    MultiAccount:
      settings.users && settings.users.length > 0
        ? { AccountMap: Object.fromEntries(settings.users.map(({ name, password }) => [name, password])) }
        : null,
    HealthCheckTimeout: Math.ceil((settings.health?.timeoutMs ?? 0) / 1000),
    HealthMaxFail: settings.health?.maxFailures ?? 0,
    HealthCheckInterval: Math.ceil((settings.health?.intervalMs ?? 0) / 1000),
    HealthNextTime: '0001-01-01T00:00:00Z',
    HealthMap: null,
    HttpHealthUrl: settings.health?.type === 'http' ? settings.health.path : '',
    HealthRemoveArr: null,
    HealthCheckType: settings.health?.type ?? '',
    HealthCheckTarget: settings.health ? tunnel.target : '',
  }
}

/** A tunnel of the mode host, as stock shows it. */
export function viewHost(tunnel: RelayTunnel, client: Client): Record<string, unknown> & { Id: number } {
  const host = tunnel.settings.host
  return {
    Id: tunnel.id,
    Host: host?.name ?? '',
    HeaderChange: Object.entries(host?.setHeaders ?? {})
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    HostChange: host?.hostHeader ?? '',
    Location: host?.path ?? '/',
    Remark: tunnel.name,
    Scheme: host?.scheme ?? 'all',
    CertFilePath: host?.certFile ?? '',
    KeyFilePath: host?.keyFile ?? '',
    NoStore: tunnel.pushedBy !== null,
    IsClose: host?.isPaused ?? !tunnel.enabled,
    Flow: viewFlow(tunnel),
    Client: viewClient(client),
    Target: viewTarget(tunnel),
  }
}

/** Stock's name of a mode. */
export function stockMode(mode: TunnelMode): string {
  return traitsOf(mode)?.stockNames[0] ?? mode
}

function viewFlow({ downBytes, upBytes, limits }: RelayTunnel): object {
  return {
    ExportFlow: downBytes,
    InletFlow: upBytes,
    FlowLimit: Math.ceil((limits.quotaBytes ?? 0) / megabyte),
  }
}

function viewTarget({ target }: RelayTunnel): object {
  return { TargetStr: target.split(',').join('\n'), TargetArr: null, LocalProxy: false }
}
