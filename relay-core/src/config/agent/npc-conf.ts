import type { AgentHealthCheck, PushedConfiguration } from '../../stock/configuration/pushed-configuration.ts'
import type { PushedClient, PushedHost, PushedTunnel } from '../../stock/configuration/pushed-config.ts'
import { readAgentConfig, type AgentConfig } from './agent-config.ts'
import { fillTemplate } from './environment-template.ts'
import { configError, parseIniSections } from '../file/ini.ts'
import { type NamedFiles, readHealthCheck, readHost, readTunnel, readVisitor } from './npc-conf-sections.ts'
import type { ConfigWarning } from '../relay/relay-config.ts'
import { SectionValues } from './section-values.ts'
import type { VisitorConfig } from './visitor-config.ts'

/** npc.conf, checked and complete. */
export interface NpcConf {
  readonly config: AgentConfig
  /** Null when there is no tunnel and no host in the file: then the relay knows them. */
  readonly pushed: PushedConfiguration | null
  readonly visitors: readonly VisitorConfig[]
  readonly warnings: readonly ConfigWarning[]
}

export interface NpcConfContext extends NamedFiles {
  /** For `{{.NAME}}`. */
  readonly environment: NodeJS.ProcessEnv
}

/** Why a key of the stock file has no effect here. */
const withoutEffect: Readonly<Record<string, string>> = {
  pprof_addr: 'a Go profiler without a login is not offered',
  tp: 'write conn_type',
  username: 'write basic_username',
  password: 'write basic_password',
}

/**
 * The stock npc.conf plus the keys `fingerprint`, `protocol` and `share`. What is missing or wrong throws `config-invalid` with
 * the file and the line; what has no effect is a warning.
 */
export function parseNpcConf(text: string, file: string, { environment, ...paths }: NpcConfContext): NpcConf {
  const [untitled, ...titled] = parseIniSections(fillTemplate(text, file, environment), file)
  const names = new Map<string, number>()
  for (const { name, line } of titled) {
    const before = names.get(name)
    if (before !== undefined) throw configError(file, line, `[${name}] is already in line ${before}`)
    names.set(name, line)
  }
  const found = titled.find(({ name }) => name === 'common')
  const common = new SectionValues(
    {
      name: 'common',
      line: found?.line ?? 1,
      entries: [...(untitled?.entries ?? []), ...(found?.entries ?? [])],
    },
    file,
  )
  const config = readAgentConfig(common)
  const client = readClient(common)
  const mayGiveUp = common.has('auto_reconnection') && !common.flag('auto_reconnection')
  const warnings = common.unused(withoutEffect)
  if (mayGiveUp) {
    const line = common.lineOf('auto_reconnection')
    warnings.push({ line, message: 'auto_reconnection=false: npc always connects again' })
  }
  const visitors: VisitorConfig[] = []
  const pushed = {
    client,
    hosts: [] as PushedHost[],
    tunnels: [] as PushedTunnel[],
    healthChecks: [] as AgentHealthCheck[],
  }
  for (const section of titled) {
    if (section.name === 'common') continue
    const values = new SectionValues(section, file)
    const warn = (key: string, message: string) => warnings.push({ line: values.lineOf(key), message })
    if (section.name.startsWith('health')) pushed.healthChecks.push(readHealthCheck(values))
    else if (/^(secret|p2p)/.test(section.name) && !values.has('mode'))
      visitors.push(readVisitor(values, warn))
    else if (values.has('host')) pushed.hosts.push(readHost(values))
    else pushed.tunnels.push(...readTunnel(values, { warn, ...paths }))
    warnings.push(...values.unused())
  }
  return {
    config,
    pushed: pushed.hosts.length + pushed.tunnels.length > 0 ? pushed : null,
    visitors,
    warnings: warnings.toSorted((one, other) => one.line - other.line),
  }
}

function readClient(common: SectionValues): PushedClient {
  return {
    remark: common.text('remark'),
    crypt: common.flag('crypt'),
    compress: common.flag('compress'),
    basicUsername: common.text('basic_username'),
    basicPassword: common.text('basic_password'),
    consoleUsername: common.text('web_username'),
    consolePassword: common.text('web_password'),
    rateLimitKBps: common.count('rate_limit', 0),
    flowLimitMB: common.count('flow_limit', 0),
    maxConnections: common.count('max_conn', 0),
  }
}
