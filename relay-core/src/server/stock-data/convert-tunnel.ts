import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { targetAddress, type TunnelMode } from '../../api/models.ts'
import { tunnelSettings, type TunnelSettings } from '../../api/tunnel-settings.ts'
import { nameOf, shortestSafeKey, type Converted } from './convert-client.ts'
import type { StockClient, StockHost, StockTunnel } from './stock-records.ts'

export interface ConvertedTunnel {
  readonly name: string
  readonly mode: TunnelMode
  readonly port: number | null
  readonly target: string
  readonly settings: TunnelSettings
  readonly enabled: boolean
  readonly downBytes: number
  readonly upBytes: number
}

/** What a tunnel takes from its client: the user whom stock asks at every host, SOCKS5 and HTTP proxy of that client. */
export type BasicUser = StockClient['Cnf']

const modes: Record<string, TunnelMode> = {
  tcp: 'tcp',
  udp: 'udp',
  socks5: 'socks5',
  httpProxy: 'httpProxy',
  secret: 'private',
  p2p: 'private',
  file: 'file',
}

/** A stock tunnel as a tunnel of this relay. */
export function convertTunnel(stock: StockTunnel, basic: BasicUser): Converted<ConvertedTunnel> {
  const mode = Object.hasOwn(modes, stock.Mode) ? modes[stock.Mode] : undefined
  if (mode === undefined)
    return { problem: `there is no mode ${JSON.stringify(stock.Mode.slice(0, 20))} here` }
  if (stock.Target.LocalProxy) return { problem: localProxy }
  const notes: string[] = []
  if (stock.Mode === 'p2p') notes.push('p2p goes through the relay here: it is a private tunnel now')
  const hasPort = mode !== 'private'
  if (hasPort && (stock.Port < 1 || stock.Port > 65_535)) return { problem: `it has no port (${stock.Port})` }
  const takesTarget = mode === 'tcp' || mode === 'udp' || mode === 'private'
  const target = takesTarget ? targetsOf(stock.Target.TargetStr) : ''
  if (target === undefined || (takesTarget && target === ''))
    return { problem: noTarget(stock.Target.TargetStr) }
  if (mode === 'private' && stock.Password === '') {
    notes.push('it has no password, and stays closed until you give it one')
  }
  if (mode === 'private' && stock.Password !== '' && stock.Password.length < shortestSafeKey) {
    notes.push(
      `its password has ${stock.Password.length} characters and can be guessed: it lets in stock visitors only`,
    )
  }
  const ip = stock.ServerIp.replace(/^\[(.*)\]$/, '$1')
  if (ip !== '' && isIP(ip) === 0)
    return { problem: `${JSON.stringify(ip.slice(0, 60))} is no address to listen on` }
  const users = mode === 'socks5' || mode === 'httpProxy' ? usersOf(stock, basic, notes) : undefined
  return checked(
    {
      name: nameOf(stock.Remark, hasPort ? `${mode} ${stock.Port}` : mode),
      mode,
      port: hasPort ? stock.Port : null,
      target,
      settings: {
        ...(ip !== '' && ip !== '0.0.0.0' && { listenIp: ip }),
        ...(users && { users }),
        ...(mode === 'private' && stock.Password !== '' && { password: stock.Password }),
        ...(mode === 'file' && { folder: stock.LocalPath, stripPrefix: stock.StripPre }),
        ...(mode === 'tcp' && healthOf(stock)),
      },
      enabled: stock.Status,
      downBytes: stock.Flow.ExportFlow,
      upBytes: stock.Flow.InletFlow,
    },
    notes,
  )
}

/** A stock host as a tunnel of this relay. `runPath` is the folder above `conf`, from which stock finds certificates. */
export function convertHost(
  stock: StockHost,
  basic: BasicUser,
  { runPath }: { runPath: string },
): Converted<ConvertedTunnel> {
  const notes: string[] = []
  if (stock.Target.LocalProxy) return { problem: localProxy }
  const target = targetsOf(stock.Target.TargetStr)
  if (target === undefined || target === '') return { problem: noTarget(stock.Target.TargetStr) }
  const name = stock.Host.trim().replace(/:\d+$/, '')
  if (name !== stock.Host.trim()) notes.push('the port in its name is left out: stock ignores it too')
  const [certFile, keyFile] = [stock.CertFilePath, stock.KeyFilePath].map((file) =>
    file === '' ? '' : resolve(runPath, file),
  )
  if ((certFile === '') !== (keyFile === '')) {
    notes.push('its certificate is left out: a file and its key belong together')
  }
  const path = stock.Location === '' ? '/' : stock.Location.replace(/^(?!\/)/, '/')
  const { headers, left } = headersOf(stock.HeaderChange)
  for (const line of left) notes.push(`the header line ${JSON.stringify(line.slice(0, 60))} is left out`)
  const users = usersOf({}, basic, notes)
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
          ...(stock.IsClose && { isPaused: true }),
        },
        ...(users && { users }),
      },
      enabled: true,
      downBytes: stock.Flow.ExportFlow,
      upBytes: stock.Flow.InletFlow,
    },
    notes,
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

/** Undefined: everybody may come in, as in stock where no user has both a name and a password. */
function usersOf(
  { MultiAccount }: Pick<StockTunnel, 'MultiAccount'> | { MultiAccount?: undefined },
  basic: BasicUser,
  notes: string[],
): TunnelSettings['users'] {
  const accounts = Object.entries(MultiAccount?.AccountMap ?? {})
  if (accounts.length > 0) {
    const users = accounts
      .filter(([name, password]) => name !== '' && password !== '')
      .map(([name, password]) => ({ name, password }))
    if (users.length < accounts.length) notes.push('users without a name or a password are left out')
    if (users.length > 0) return users
  }
  return basic.U !== '' && basic.P !== '' ? [{ name: basic.U, password: basic.P }] : undefined
}

function healthOf(stock: StockTunnel): Pick<TunnelSettings, 'health'> {
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

/** Lines of `name: value`; the value may have colons, which stock drops. */
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

/** Nothing comes into the state that the API would not take. */
function checked(tunnel: ConvertedTunnel, notes: string[]): Converted<ConvertedTunnel> {
  const result = tunnelSettings.safeParse(tunnel.settings)
  if (result.success) return { value: { ...tunnel, settings: result.data }, notes }
  const [issue] = result.error.issues
  const where = issue?.path.join('.') ?? ''
  if (where === 'host.name')
    return { problem: `${tunnel.settings.host?.name ?? ''} is no name that can be matched here` }
  return { problem: `${where} cannot be taken: ${issue?.message ?? 'it is wrong'}` }
}
