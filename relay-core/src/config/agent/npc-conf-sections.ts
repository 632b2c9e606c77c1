import {
  modeOfStockName,
  stockModeNames,
  takesSetting,
  traitsOf,
  tunnelModes,
  type TunnelMode,
} from '../../api/tunnel-modes.ts'
import type { PushedHost, PushedTunnel } from '../../stock/configuration/pushed-config.ts'
import { parseAccounts } from '../file/account-file.ts'
import type { AgentHealthCheck } from '../../stock/configuration/pushed-configuration.ts'
import type { VisitorConfig } from './visitor-config.ts'
import { PortRanges } from '../../net/address/port-ranges.ts'
import type { SectionValues } from './section-values.ts'

/** How the files that npc.conf names are found and read. */
export interface NamedFiles {
  /** The text of a file that npc.conf names; throws the system's error. */
  readonly readFile: (path: string) => string
  /** The absolute path of a file that may be relative to this file's folder. */
  readonly resolvePath: (path: string) => string
}

type Warn = (key: string, message: string) => void

/** `host`, `host:port` or a port alone, which means this machine. */
const targetPattern = /^(?:\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]{1,253})(?::\d{1,5})?$/

function readTargets(values: SectionValues, key: string): string[] {
  const targets = values.list(key)
  const wrong = targets.find((target) => {
    const port = Number(/(\d+)$/.exec(target)?.[1])
    return !targetPattern.test(target) || !/:\d+$|^\d+$/.test(target) || port < 1 || port > 65_535
  })
  if (wrong !== undefined) throw values.wrong(key, `needs host:port, not "${wrong}"`)
  return targets
}

export function readHost(values: SectionValues): PushedHost {
  const scheme = values.text('scheme') || 'all'
  if (scheme !== 'all' && scheme !== 'http' && scheme !== 'https')
    throw values.wrong('scheme', `is all, http or https, not "${scheme}"`)
  const targets = readTargets(values, 'target_addr')
  if (targets.length === 0) throw values.wrong('target_addr', 'is missing')
  return {
    host: values.required('host'),
    targets,
    hostHeader: values.text('host_change'),
    headers: values
      .beginningWith('header_')
      .map(([name, value]) => `${name}:${value}\n`)
      .join(''),
    location: values.text('location'),
    scheme,
    remark: values.name,
  }
}

/** None for a tunnel that can be reached by p2p only. */
export function readTunnel(
  values: SectionValues,
  { warn, readFile, resolvePath }: { warn: Warn } & NamedFiles,
): PushedTunnel[] {
  const asked = values.required('mode')
  const known = stockModeNames.find((mode) => mode === asked)
  if (traitsOf(asked)?.agentProxy)
    throw values.wrong(
      'mode',
      `is not ${asked} in npc.conf: private proxies are made on the server, by the app or by "nps tunnel add -client=... -mode=${asked}" there; take [${values.name}] out`,
    )
  if (!known) throw values.wrong('mode', `is one of ${stockModeNames.join(', ')}, not "${asked}"`)
  const mode = modeOfStockName(known)
  const ports = PortRanges.parse(values.text('server_port'))
  if (!ports) throw values.wrong('server_port', 'needs ports as in 9001-9009,10001')
  if (tunnelModes[mode].port !== null && ports.ranges.length === 0)
    throw values.wrong('server_port', 'is missing')
  const tunnel: PushedTunnel = {
    mode: known === 'p2p' ? 'secret' : known,
    ports: ports.toString(),
    remark: values.name,
    serverIp: values.text('server_ip'),
    ...readWhereTo(values, mode, ports),
    password: values.text('password'),
    localPath: values.text('local_path') && resolvePath(values.text('local_path')),
    stripPrefix: values.text('strip_pre'),
    accounts: readAccounts(values, readFile),
  }
  if (takesSetting(mode, 'password') && tunnel.password === '') throw values.wrong('password', 'is missing')
  if (takesSetting(mode, 'folder') && tunnel.localPath === '') throw values.wrong('local_path', 'is missing')
  if (known !== 'p2p') return [tunnel]
  const reachable = tunnel.targets.length > 0
  warn(
    'mode',
    reachable
      ? `[${values.name}]: p2p is not offered; it becomes mode=secret, which visitors reach by the relay`
      : `[${values.name}] is left out: p2p is not offered; write mode=secret and a target_addr`,
  )
  return reachable ? [tunnel] : []
}

function readWhereTo(
  values: SectionValues,
  mode: TunnelMode,
  ports: PortRanges,
): Pick<PushedTunnel, 'targets' | 'targetHost'> {
  const targetHost = values.text('target_ip')
  const addresses = readTargets(values, 'target_addr')
  const targetPorts = PortRanges.parse(values.text('target_port'))
  if (!targetPorts) throw values.wrong('target_port', 'needs ports as in 9001-9009,10001')
  if (!tunnelModes[mode].hasTarget) return { targets: addresses, targetHost }
  if (targetPorts.ranges.length > 0) {
    if (tunnelModes[mode].port !== null && targetPorts.count !== ports.count)
      throw values.wrong('target_port', `has ${targetPorts.count} ports, server_port ${ports.count}`)
    return { targets: [targetPorts.toString()], targetHost }
  }
  if (ports.count > 1)
    throw values.wrong('target_addr', 'does for one port only: several need target_port, one for each')
  if (addresses.length === 0 && values.text('mode') !== 'p2p') throw values.wrong('target_addr', 'is missing')
  return { targets: addresses, targetHost }
}

function readAccounts(values: SectionValues, readFile: (path: string) => string): Record<string, string> {
  const path = values.text('multi_account')
  if (path === '') return {}
  try {
    return parseAccounts(readFile(path))
  } catch (error) {
    throw values.wrong('multi_account', `cannot be read: ${(error as Error).message}`)
  }
}

export function readVisitor(values: SectionValues, warn: Warn): VisitorConfig {
  const localPort = values.count('local_port', 2000)
  if (localPort < 1 || localPort > 65_535) throw values.wrong('local_port', 'needs a port from 1 to 65535')
  const isP2p = values.name.startsWith('p2p')
  if (isP2p) {
    warn(
      'password',
      `[${values.name}]: p2p is not offered; it visits by the relay, which needs a target there`,
    )
  }
  if (values.text('target_addr') !== '') {
    warn(
      'target_addr',
      `[${values.name}] target_addr: the relay knows the target, a visitor does not choose it`,
    )
  }
  return { name: values.name, password: values.required('password'), localPort, isP2p }
}

export function readHealthCheck(values: SectionValues): AgentHealthCheck {
  const type = values.text('health_check_type') || 'tcp'
  if (type !== 'tcp' && type !== 'http')
    throw values.wrong('health_check_type', `is tcp or http, not "${type}"`)
  const seconds = (key: string, otherwise: number) => {
    const value = values.count(key, otherwise)
    if (value < 1 || value > 86_400) throw values.wrong(key, 'needs a number of seconds, 1 or more')
    return value * 1000
  }
  const targets = readTargets(values, 'health_check_target')
  if (targets.length === 0) throw values.wrong('health_check_target', 'is missing')
  const maxFailures = values.count('health_check_max_failed', 3)
  if (maxFailures < 1) throw values.wrong('health_check_max_failed', 'needs a number, 1 or more')
  const path = values.text('health_http_url') || '/'
  if (!/^\/[!-~]*$/.test(path)) throw values.wrong('health_http_url', 'needs a path that begins with /')
  return {
    type,
    targets,
    path,
    timeoutMs: seconds('health_check_timeout', 5),
    intervalMs: seconds('health_check_interval', 5),
    maxFailures,
  }
}
