import type { PushedClient, PushedHost, PushedTunnel } from './pushed-config.ts'

/** The documents of configuration mode with the stock field names. A stock relay crashes on a missing `Target`. */

export function encodePushedClient(client: PushedClient): string {
  return JSON.stringify({
    Cnf: {
      U: client.basicUsername,
      P: client.basicPassword,
      Compress: client.compress,
      Crypt: client.crypt,
    },
    VerifyKey: '',
    Remark: client.remark,
    Status: true,
    RateLimit: client.rateLimitKBps,
    Flow: { ExportFlow: 0, InletFlow: 0, FlowLimit: client.flowLimitMB },
    NoStore: true,
    NoDisplay: false,
    MaxConn: client.maxConnections,
    WebUserName: client.consoleUsername,
    WebPassword: client.consolePassword,
  })
}

export function encodePushedHost(host: PushedHost): string {
  return JSON.stringify({
    Host: host.host,
    HostChange: host.hostHeader,
    HeaderChange: host.headers,
    Location: host.location,
    Scheme: host.scheme,
    Remark: host.remark,
    Target: encodeTargets(host.targets),
  })
}

export function encodePushedTunnel(tunnel: PushedTunnel): string {
  const hasAccounts = Object.keys(tunnel.accounts).length > 0
  return JSON.stringify({
    Mode: tunnel.mode,
    Ports: tunnel.ports,
    ServerIp: tunnel.serverIp,
    Target: encodeTargets(tunnel.targets),
    TargetAddr: tunnel.targetHost,
    Password: tunnel.password,
    Remark: tunnel.remark,
    LocalPath: tunnel.localPath,
    StripPre: tunnel.stripPrefix,
    MultiAccount: hasAccounts ? { AccountMap: tunnel.accounts } : null,
  })
}

function encodeTargets(targets: readonly string[]): object {
  return { TargetStr: targets.join('\n'), TargetArr: null, LocalProxy: false }
}
