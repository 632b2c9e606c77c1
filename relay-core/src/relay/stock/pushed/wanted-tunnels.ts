import { isIP } from 'node:net'
import { RelayError } from '../../../api/errors.ts'
import { displayName } from '../../../api/words/scalars.ts'
import { modeOfStockName, takesSetting, tunnelModes, type TunnelMode } from '../../../api/tunnel-modes.ts'
import { tunnelSettings, type TunnelSettings } from '../../../api/tunnel-settings.ts'
import { PortRanges } from '../../../net/address/port-ranges.ts'
import type { PushedHost, PushedTunnel } from '../../../stock/configuration/pushed-config.ts'

/** A tunnel as an agent's npc.conf asks for it, in the relay's terms. */
export interface WantedTunnel {
  /** The section's name in npc.conf, by which a tunnel is recognised. */
  readonly name: string
  readonly mode: TunnelMode
  readonly port: number | null
  readonly target: string
  readonly settings: TunnelSettings
}

export type Users = NonNullable<TunnelSettings['users']>

/** What applies to everything that a client brings. */
export interface ClientWords {
  /** For an entry without one. */
  readonly users: Users
  /** Otherwise the server's address in an entry is left out. */
  readonly mayChooseAddress: boolean
}

/** One entry of a file may cover this many ports. */
const maxPorts = 1_000

/**
 * A range of ports becomes one tunnel per port, named after it, to the target port at the same position.
 * @throws RelayError `invalid-input`
 */
export function wantedTunnels(pushed: PushedTunnel, client: ClientWords): WantedTunnel[] {
  const mode = modeOfStockName(pushed.mode)
  const settings = settingsOf(pushed, mode, client)
  if (tunnelModes[mode].port === null)
    return [{ ...named(pushed.remark || mode), mode, port: null, settings, target: single(pushed) }]
  const ports = readPorts(pushed.ports, 'server_port')
  if (ports.length === 0) throw invalid(`${pushed.remark}: server_port is missing.`)
  if (!tunnelModes[mode].hasTarget)
    return ports.map((port) => ({ ...nameOf(pushed, mode, port, ports), mode, port, settings, target: '' }))
  if (ports.length === 1)
    return [
      {
        ...nameOf(pushed, mode, ports[0] ?? 0, ports),
        mode,
        port: ports[0] ?? 0,
        settings,
        target: single(pushed),
      },
    ]
  const targets = readPorts(pushed.targets.join(','), 'target_port')
  if (targets.length !== ports.length)
    throw invalid(`${pushed.remark}: ${ports.length} ports lead to ${targets.length} target ports.`)
  return ports.map((port, at) => ({
    ...nameOf(pushed, mode, port, ports),
    mode,
    port,
    settings,
    target: withHost(String(targets[at]), pushed.targetHost),
  }))
}

/** @throws RelayError `invalid-input` */
export function wantedHost(pushed: PushedHost, users: Users): WantedTunnel {
  const { host, location, scheme, hostHeader, headers, targets } = pushed
  const settings = checked({
    host: {
      name: host,
      scheme,
      path: location || '/',
      ...(hostHeader && { hostHeader }),
      ...(headers && { setHeaders: readHeaders(headers) }),
    },
    ...(users.length > 0 && { users }),
  })
  const target = targets.map((one) => withHost(one, '')).join(',')
  return { ...named(pushed.remark || host), mode: 'host', port: null, target, settings }
}

function settingsOf(
  pushed: PushedTunnel,
  mode: TunnelMode,
  { users: clientUsers, mayChooseAddress }: ClientWords,
): TunnelSettings {
  const accounts = Object.entries(pushed.accounts).map(([name, password]) => ({ name, password }))
  const users = accounts.length > 0 ? accounts : clientUsers
  const listenIp =
    mayChooseAddress && isIP(pushed.serverIp) > 0 && pushed.serverIp !== '0.0.0.0'
      ? pushed.serverIp
      : undefined
  return checked({
    ...(listenIp && { listenIp }),
    ...(tunnelModes[mode].asksStockUser && users.length > 0 && { users }),
    ...(takesSetting(mode, 'password') && { password: pushed.password }),
    ...(takesSetting(mode, 'folder') && {
      folder: pushed.localPath,
      ...(pushed.stripPrefix && { stripPrefix: pushed.stripPrefix }),
    }),
  })
}

function checked(settings: object): TunnelSettings {
  const { success, data, error } = tunnelSettings.safeParse(settings)
  if (success) return data
  const [issue] = error.issues
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}.`)
}

/** Stock names each of several ports `<section>_<port>`, and `npc status` asks by these names. */
function nameOf(
  { remark }: PushedTunnel,
  mode: string,
  port: number,
  ports: readonly number[],
): { name: string } {
  if (ports.length > 1) return named(`${remark || mode}_${port}`)
  return named(remark || `${mode} ${port}`)
}

function named(text: string): { name: string } {
  const name = displayName.safeParse(text.trim().slice(0, 64))
  return { name: name.success ? name.data : 'unnamed' }
}

function single({ targets, targetHost, remark }: PushedTunnel): string {
  if (targets.length === 0) throw invalid(`${remark}: target_addr is missing.`)
  return targets.map((target) => withHost(target, targetHost)).join(',')
}

/** A bare port is a port of the lab box itself, unless target_ip names another machine. */
function withHost(target: string, host: string): string {
  if (!/^\d+$/.test(target)) return target
  const address = host || '127.0.0.1'
  return `${isIP(address) === 6 ? `[${address}]` : address}:${target}`
}

function readPorts(text: string, key: string): number[] {
  const { ranges } = PortRanges.parse(text) ?? {}
  if (!ranges)
    throw invalid(`${key} needs ports and ranges such as 9001-9009,10001, found "${text.slice(0, 80)}".`)
  const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  if (count > maxPorts) throw invalid(`${key} names ${count} ports; ${maxPorts} is the most for one section.`)
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at))
}

/** Lines of `name:value`; a value may contain colons, which stock drops. */
function readHeaders(lines: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines.split('\n')) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line.trim()) ?? []
    if (name !== undefined && value !== undefined) headers[name.trim()] = value.trim()
  }
  return headers
}

function invalid(message: string): RelayError {
  return new RelayError('invalid-input', message)
}
