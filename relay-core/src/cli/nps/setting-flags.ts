import { tunnelSettings, type TunnelSettings } from '../../api/tunnel-settings.ts'
import { usageError } from '../shared/flags.ts'
import { hostFlags, hostUsage, readHost } from './host-flags.ts'

export const settingFlags = {
  listen_ip: 'text',
  proxy_protocol: 'text',
  health: 'text',
  user: 'text',
  password: 'text',
  folder: 'text',
  strip_prefix: 'text',
  ...hostFlags,
} as const

export const settingUsage = `tcp: -listen_ip=203.0.113.7, -proxy_protocol=v1|v2, -health=tcp|http[:/path] (several targets: unhealthy ones are left out).
socks5, httpProxy, file: -user=name:password[,name:password...]; -user=off lets everybody in.
private, privateSocks5, privateHttpProxy: -password=... (16 characters or more; without it the relay makes one), no port; "nps tunnel command" tells visitors how.
file: -folder=/data/results (npc there needs -share=/data/results), -strip_prefix=/web.
${hostUsage}`

type SettingValues = {
  readonly [K in keyof typeof settingFlags]?: (typeof settingFlags)[K] extends 'switch' ? boolean : string
}

/** The flags applied to the existing settings; an empty value removes one. */
export function readSettings(flags: SettingValues, before: TunnelSettings): TunnelSettings {
  const after: Record<string, unknown> = { ...before }
  const put = (key: keyof TunnelSettings, text: string | undefined, read: (text: string) => unknown) => {
    if (text === '') delete after[key]
    else if (text !== undefined) after[key] = read(text)
  }
  put('listenIp', flags.listen_ip, (text) => text)
  put('proxyProtocol', flags.proxy_protocol, (text) => text)
  put('health', flags.health, (text) => {
    const [type, path] = text.split(/:(?=\/)/)
    return { type, ...(path !== undefined && { path }) }
  })
  put('password', flags.password, (text) => text)
  put('folder', flags.folder, (text) => text)
  put('stripPrefix', flags.strip_prefix, (text) => text)
  if (flags.user === 'off') delete after['users']
  else if (flags.user !== undefined) after['users'] = readUsers(flags.user)
  const host = readHost(flags, before.host)
  if (host) after['host'] = host
  const read = tunnelSettings.safeParse(after)
  if (read.success) return read.data
  throw usageError(
    `-${flagOf(read.error.issues[0]?.path ?? [])} is not of the form it needs.\n\n${settingUsage}`,
  )
}

const flagsBySetting: Readonly<Record<string, string>> = {
  listenIp: 'listen_ip',
  proxyProtocol: 'proxy_protocol',
  users: 'user',
  password: 'password',
  folder: 'folder',
  stripPrefix: 'strip_prefix',
  name: 'host',
  path: 'path',
  scheme: 'scheme',
  hostHeader: 'host_header',
  setHeaders: 'header',
  certFile: 'cert',
  keyFile: 'key',
}

function flagOf([setting, part]: readonly PropertyKey[]): string {
  return flagsBySetting[String(setting === 'host' ? (part ?? 'name') : setting)] ?? 'health'
}

/** An empty text is a mistake, such as an unset variable, and not a request to let everyone in. */
function readUsers(text: string): { name: string; password: string }[] {
  return text.split(',').map((user) => {
    const [, name, password] = /^([^:]+):(.+)$/s.exec(user) ?? []
    if (name === undefined || password === undefined) {
      throw usageError(`-user needs name:password, neither of them empty.\n\n${settingUsage}`)
    }
    return { name, password }
  })
}
