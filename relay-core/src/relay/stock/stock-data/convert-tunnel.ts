import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { targetAddress } from '../../../api/relay-tunnel-models.ts'
import { modeOfStockName, takesSetting, tunnelModes, type TunnelMode } from '../../../api/tunnel-modes.ts'
import { tunnelSettings, type TunnelSettings } from '../../../api/tunnel-settings.ts'
import type { ImportedTunnel } from '../../store/import-records.ts'
import { nameOf, minSafeKeyLength, type Converted } from './convert-client.ts'
import { readRestrictions, stayClosed } from './restrictions.ts'
import type { StockClientRecord, StockHostRecord, StockTaskRecord } from './stock-records.ts'

export type ConvertedTunnel = Omit<ImportedTunnel, 'vkey' | 'wantedId'>

/** What a tunnel inherits from its client: the user that stock asks for at every host, SOCKS5 and HTTP proxy of that client. */
export type BasicUser = StockClientRecord['Cnf']

/** A stock tunnel as a tunnel of this relay. */
export function convertTunnel(stock: StockTaskRecord, basic: BasicUser): Converted<ConvertedTunnel> {
  const mode = modeOf(stock)
  if (mode === undefined) return { problem: noMode(stock) }
  if (stock.Target.LocalProxy) return { problem: localProxy }
  const notes: string[] = []
  if (stock.Mode === 'p2p') notes.push('p2p goes through the relay here: it is a private tunnel now')
  const { hasTarget, asksStockUser, port: transport } = tunnelModes[mode]
  const hasPort = transport !== null
  if (hasPort && (stock.Port < 1 || stock.Port > 65_535)) return { problem: `it has no port (${stock.Port})` }
  const target = hasTarget ? targetsOf(stock.Target.TargetStr) : ''
  if (target === undefined || (hasTarget && target === ''))
    return { problem: noTarget(stock.Target.TargetStr) }
  const hasPassword = takesSetting(mode, 'password')
  if (hasPassword && stock.Password === '') {
    notes.push('it has no password, and stays closed until you give it one')
  }
  if (hasPassword && stock.Password !== '' && stock.Password.length < minSafeKeyLength) {
    notes.push(
      `its password has ${stock.Password.length} characters and can be guessed: it lets in stock visitors only`,
    )
  }
  const ip = stock.ServerIp.replace(/^\[(.*)\]$/, '$1')
  if (ip !== '' && isIP(ip) === 0)
    return { problem: `${JSON.stringify(ip.slice(0, 60))} is no address to listen on` }
  const { limits, doubts } = readRestrictions(stock)
  const asks = takesSetting(mode, 'users')
  const users = asks ? usersOf(stock, asksStockUser ? basic : nobody, notes, doubts) : undefined
  if (!asks && hasUsers(stock)) doubts.push(`it asks for users, which ${mode} does not do here`)
  const proxyProtocol = proxyProtocolOf(stock, mode, notes)
  return checked(
    {
      name: nameOf(stock.Remark, hasPort ? `${mode} ${stock.Port}` : mode),
      mode,
      port: hasPort ? stock.Port : null,
      target,
      settings: {
        ...(ip !== '' && ip !== '0.0.0.0' && { listenIp: ip }),
        ...(users && { users }),
        ...(hasPassword && stock.Password !== '' && { password: stock.Password }),
        ...(takesSetting(mode, 'folder') && { folder: stock.LocalPath, stripPrefix: stock.StripPre }),
        ...(takesSetting(mode, 'health') && healthOf(stock)),
        ...(proxyProtocol && { proxyProtocol }),
      },
      limits,
      enabled: stock.Status && doubts.length === 0,
      downBytes: stock.Flow.ExportFlow,
      upBytes: stock.Flow.InletFlow,
    },
    [...notes, ...stayClosed(doubts)],
  )
}

/** djylb makes one mode of the two proxies. */
function modeOf({ Mode, Socks5Proxy, HttpProxy }: StockTaskRecord): TunnelMode | undefined {
  if (Mode !== 'mixProxy') return modeOfStockName(Mode)
  if (Socks5Proxy === HttpProxy) return undefined
  return Socks5Proxy ? 'socks5' : 'httpProxy'
}

function noMode({ Mode, Socks5Proxy, HttpProxy }: StockTaskRecord): string {
  return Mode === 'mixProxy' && Socks5Proxy && HttpProxy
    ? 'it is a SOCKS5 and an HTTP proxy on one port: make two tunnels here, each with a port of its own'
    : `there is no mode ${JSON.stringify(Mode.slice(0, 20))} here`
}

/** A stock host as a tunnel of this relay. `runPath` is the folder above `conf`, from which stock finds certificates. */
export function convertHost(
  stock: StockHostRecord,
  basic: BasicUser,
  { runPath }: { runPath: string },
): Converted<ConvertedTunnel> {
  const notes: string[] = []
  if (stock.Target.LocalProxy) return { problem: localProxy }
  const target = targetsOf(stock.Target.TargetStr)
  if (target === undefined || target === '') return { problem: noTarget(stock.Target.TargetStr) }
  const name = stock.Host.trim().replace(/:\d+$/, '')
  if (name !== stock.Host.trim()) notes.push('the port in its name is left out: stock ignores it too')
  const given = [stock.CertFilePath || stock.CertFile, stock.KeyFilePath || stock.KeyFile]
  const isPasted = given.some((file) => file.includes('-----BEGIN'))
  if (isPasted) {
    notes.push(
      'its certificate was pasted into the console and is left out: save it and its key as files, and name them',
    )
  }
  const [certFile, keyFile] = given.map((file) => (file === '' || isPasted ? '' : resolve(runPath, file)))
  if ((certFile === '') !== (keyFile === '')) {
    notes.push('its certificate is left out: a file and its key belong together')
  }
  const path = stock.Location === '' ? '/' : stock.Location.replace(/^(?!\/)/, '/')
  const { headers, left } = headersOf(stock.HeaderChange)
  for (const line of left) notes.push(`the header line ${JSON.stringify(line.slice(0, 60))} is left out`)
  const { limits, doubts } = readRestrictions(stock)
  const users = usersOf(stock, basic, notes, doubts)
  for (const field of differences)
    if (stock[field]) notes.push(`its ${field} is left out: there is no such thing here`)
  if (stock.Target.ProxyProtocol > 0)
    notes.push('its PROXY protocol is left out: hosts tell the visitor in header fields')
  return checked(
    {
      name: nameOf(stock.Remark, name.slice(0, 64)),
      mode: 'host',
      port: null,
      target,
      settings: {
        host: {
          name,
          path,
          scheme: stock.Scheme === 'http' || stock.Scheme === 'https' ? stock.Scheme : 'all',
          ...(stock.HostChange !== '' && { hostHeader: stock.HostChange }),
          ...(headers && { setHeaders: headers }),
          ...(certFile && keyFile && { certFile, keyFile }),
          ...(stock.AutoHttps && { redirectToHttps: true }),
          ...(stock.IsClose && { isPaused: true }),
        },
        ...(users && { users }),
      },
      limits,
      enabled: doubts.length === 0,
      downBytes: stock.Flow.ExportFlow,
      upBytes: stock.Flow.InletFlow,
    },
    [...notes, ...stayClosed(doubts)],
  )
}

const localProxy = 'the relay dials nothing on behalf of others (local proxy)'

function noTarget(text: string): string {
  return text.trim() === ''
    ? 'it has no target'
    : `its target ${JSON.stringify(text.slice(0, 60))} is not host:port, or lines of it`
}

/** Lines of `host:port` or a port of the lab box itself; undefined for what is not. */
function targetsOf(lines: string): string | undefined {
  const targets = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => (/^\d{1,5}$/.test(line) ? `127.0.0.1:${line}` : line))
    .join(',')
  return targetAddress.safeParse(targets).success ? targets : undefined
}

/** Changes what a visitor of a host is shown, and lets nobody in. */
const differences = [
  'RespHeaderChange',
  'PathRewrite',
  'RedirectURL',
  'HttpsJustProxy',
  'TlsOffload',
  'AutoSSL',
  'AutoCORS',
  'CompatMode',
  'TargetIsHttps',
] as const satisfies readonly (keyof StockHostRecord)[]

const nobody: BasicUser = { U: '', P: '', Crypt: false, Compress: false }

type WithUsers = Pick<StockTaskRecord, 'MultiAccount' | 'UserAuth'>

function accountsOf({ MultiAccount, UserAuth }: WithUsers): [string, string][] {
  return [MultiAccount, UserAuth].flatMap((users) => Object.entries(users?.AccountMap ?? {}))
}

function hasUsers(stock: WithUsers): boolean {
  return accountsOf(stock).length > 0 || [stock.MultiAccount, stock.UserAuth].some((users) => users?.Content)
}

/** `v1` or `v2`, of either fork. */
function proxyProtocolOf(
  { ProtoVersion, Target }: StockTaskRecord,
  mode: TunnelMode,
  notes: string[],
): TunnelSettings['proxyProtocol'] {
  const asked =
    ProtoVersion.trim() === '' && Target.ProxyProtocol > 0 ? `V${Target.ProxyProtocol}` : ProtoVersion.trim()
  if (asked === '') return undefined
  const isTaken = takesSetting(mode, 'proxyProtocol')
  if (isTaken && asked === 'V1') return 'v1'
  if (isTaken && asked === 'V2') return 'v2'
  notes.push(`its PROXY protocol ${JSON.stringify(asked.slice(0, 20))} is left out: tcp has V1 and V2 here`)
  return undefined
}

/** Undefined: everyone is let in, as in stock when no user has both a name and a password. */
function usersOf(
  stock: WithUsers,
  basic: BasicUser,
  notes: string[],
  doubts: string[],
): TunnelSettings['users'] {
  const accounts = accountsOf(stock)
  if (accounts.length === 0 && hasUsers(stock))
    doubts.push('its users are written in a way that is not known here')
  if (accounts.length > 0) {
    const users = accounts
      .filter(([name, password]) => name !== '' && password !== '')
      .map(([name, password]) => ({ name, password }))
    if (users.length < accounts.length) notes.push('users without a name or a password are left out')
    if (users.length > 0) return users
  }
  return basic.U !== '' && basic.P !== '' ? [{ name: basic.U, password: basic.P }] : undefined
}

function healthOf(stock: StockTaskRecord): Pick<TunnelSettings, 'health'> {
  if (stock.HealthCheckTarget === '' || stock.HealthMaxFail === 0) return {}
  const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
  return {
    health: {
      type: stock.HealthCheckType === 'http' ? 'http' : 'tcp',
      path: stock.HttpHealthUrl.startsWith('/') ? stock.HttpHealthUrl : '/',
      intervalMs: within(stock.HealthCheckInterval * 1000, 1_000, 3_600_000),
      timeoutMs: within(stock.HealthCheckTimeout * 1000, 100, 60_000),
      maxFailures: within(stock.HealthMaxFail, 1, 100),
    },
  }
}

/** Lines of `name: value`; the value may contain colons, which stock drops. */
function headersOf(lines: string): { headers: Record<string, string> | undefined; left: string[] } {
  const headers: [string, string][] = []
  const left: string[] = []
  for (const line of lines.split('\n').map((one) => one.trim())) {
    const pair = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*)$/.exec(line)
    if (pair) headers.push([pair[1] ?? '', pair[2] ?? ''])
    else if (line !== '') left.push(line)
  }
  return { headers: headers.length > 0 ? Object.fromEntries(headers) : undefined, left }
}

/** Nothing gets into the state that the API would not accept. */
function checked(tunnel: ConvertedTunnel, notes: string[]): Converted<ConvertedTunnel> {
  const result = tunnelSettings.safeParse(tunnel.settings)
  if (result.success) return { value: { ...tunnel, settings: result.data }, notes }
  const [issue] = result.error.issues
  const where = issue?.path.join('.') ?? ''
  if (where === 'host.name')
    return { problem: `${tunnel.settings.host?.name ?? ''} is no name that can be matched here` }
  return { problem: `${where} cannot be taken: ${issue?.message ?? 'it is wrong'}` }
}
