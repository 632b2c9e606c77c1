import { isIP } from 'node:net'
import { agentProtocols, type AgentProtocol } from '../client/agent-protocol.ts'
import { Secret } from '../secret.ts'
import { configError, parseIni } from './ini.ts'
import type { ConfigWarning } from './relay-config.ts'

/** Where an agent belongs: the `[common]` part of npc.conf, or the flags of the command line. */
export interface AgentConfig {
  /** `host:port`; an IPv6 host in brackets. */
  readonly server: string
  readonly vkey: Secret
  /** `sha256:…`, or null: pin the first key seen. */
  readonly fingerprint: string | null
  /** What to speak; `auto` finds out. */
  readonly protocol: AgentProtocol
}

/** Null, or what is wrong with a `host:port`. */
export function serverAddressProblem(server: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:/[\]]{1,253})):(\d{1,5})$/.exec(server)
  if (!match) return 'needs host:port, for example 120.1.1.2:8024'
  if (match[1] !== undefined && isIP(match[1].replace(/%.*/, '')) !== 6)
    return 'has no IPv6 address in its brackets'
  const port = Number(match[3])
  return port >= 1 && port <= 65535 ? null : 'needs a port from 1 to 65535'
}

/** Null, or what is wrong with a fingerprint as `nps` prints it. */
export function fingerprintProblem(fingerprint: string): string | null {
  return /^sha256:[A-Za-z0-9_+/-]{43}=?$|^sha256:[0-9a-fA-F]{64}$/.test(fingerprint)
    ? null
    : 'needs sha256: and the 43 characters that nps prints'
}

/** Null, or what is wrong with a protocol's name. */
export function protocolProblem(protocol: string): string | null {
  return agentProtocols.some((known) => known === protocol) ? null : `needs ${agentProtocols.join(', ')}`
}

/**
 * npc.conf with a `[common]` section of the stock format plus `fingerprint` and `protocol`. Other sections and keys are
 * warnings; what is missing or wrong throws `config-invalid`.
 */
export function parseAgentConfig(
  text: string,
  file: string,
): { config: AgentConfig; warnings: ConfigWarning[] } {
  const common = new Map<string, { value: string; line: number }>()
  const warnings: ConfigWarning[] = []
  const foreign = new Set<string>()
  for (const { section, key, value, line } of parseIni(text, file)) {
    if (section !== '' && section !== 'common') {
      if (!foreign.has(section)) {
        foreign.add(section)
        warnings.push({
          line,
          message: `[${section}] has no effect in this version: add tunnels on the server`,
        })
      }
    } else if (knownKeys.has(key)) common.set(key, { value, line })
    else warnings.push({ line, message: `${key} has no effect in this version` })
  }
  const server = common.get('server_addr')
  const vkey = common.get('vkey')
  const fingerprint = common.get('fingerprint')
  const type = common.get('conn_type')
  if (!server?.value) throw configError(file, server?.line ?? 1, 'server_addr is missing', 'server_addr')
  if (!vkey?.value) throw configError(file, vkey?.line ?? 1, 'vkey is missing', 'vkey')
  const problem = serverAddressProblem(server.value)
  if (problem)
    throw configError(file, server.line, `server_addr ${problem}, found "${server.value}"`, 'server_addr')
  if (type && type.value !== '' && type.value !== 'tcp') {
    throw configError(file, type.line, `conn_type ${type.value} is not supported, only tcp`, 'conn_type')
  }
  const pin = fingerprint?.value ? fingerprintProblem(fingerprint.value) : null
  if (pin) throw configError(file, fingerprint?.line ?? 1, `fingerprint ${pin}`, 'fingerprint')
  const protocol = common.get('protocol')
  const language = protocol?.value ? protocolProblem(protocol.value) : null
  if (language) throw configError(file, protocol?.line ?? 1, `protocol ${language}`, 'protocol')
  return {
    config: {
      server: server.value,
      vkey: new Secret(vkey.value),
      fingerprint: fingerprint?.value || null,
      protocol: (protocol?.value || 'auto') as AgentProtocol,
    },
    warnings,
  }
}

const knownKeys = new Set([
  'server_addr',
  'vkey',
  'conn_type',
  'fingerprint',
  'protocol',
  'auto_reconnection',
])

/** The file that `npc install` leaves for its service, readable by its owner only: it carries the vkey. */
export function formatAgentConfig(config: AgentConfig): string {
  return [
    '# Written by "npc install". It carries the key: keep it readable by its owner only.',
    '[common]',
    `server_addr=${config.server}`,
    'conn_type=tcp',
    `vkey=${config.vkey.reveal()}`,
    ...(config.protocol === 'auto' ? [] : [`protocol=${config.protocol}`]),
    ...(config.fingerprint === null ? [] : [`fingerprint=${config.fingerprint}`]),
    '',
  ].join('\n')
}
