import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { printableText } from '../../api/words/printable.ts'
import { beforeDialProblem } from './before-dial-command.ts'
import { compressionProblem, type CompressionChoice } from './compression-choice.ts'
import { directProblem, type DirectChoice } from '../../api/direct/direct-choice.ts'
import { allowTargetProblem } from './allowed-targets.ts'
import { agentProtocols, type AgentProtocol } from './agent-protocol.ts'
import { Secret } from '../../secret.ts'
import { formatProxy, parseProxy, type ProxyAddress } from '../../net/dial/proxy.ts'
import type { SectionValues } from './section-values.ts'

/** Where an agent belongs and how it gets there: the `[common]` part of npc.conf, or the flags of the command line. */
export interface AgentConfig {
  /** `host:port`; an IPv6 host in brackets. */
  readonly server: string
  readonly vkey: Secret
  /** `sha256:…`, or null: pin the first key seen. */
  readonly fingerprint: string | null
  /** What to speak; `auto` finds out. */
  readonly protocol: AgentProtocol
  readonly proxy: ProxyAddress | null
  /** After how many unanswered pings of 5 s the relay counts as lost, if that is sooner than npc's own 10 s; 0 and null: those. */
  readonly disconnectTimeout: number | null
  /** Whole paths of the folders that file tunnels of the relay may lead to. */
  readonly share: readonly string[]
  /** All that tunnels may lead to, as `allowedTargets` reads it; null: whatever the relay says. */
  readonly allowTarget: string | null
  /** Run before the relay is dialled again, as `parseBeforeDial` reads it; null: nothing. */
  readonly beforeDial: string | null
  readonly direct: DirectChoice
  /** Whether the relay is told, when it asks, what listens on this machine. */
  readonly discover: boolean
  readonly compression: CompressionChoice
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

/** Null, or what is wrong with a vkey; the text is not repeated. A line feed would add lines to the installed npc.conf. */
export function vkeyProblem(vkey: string): string | null {
  return printableText.test(vkey) && vkey.length <= 1024 ? null : 'has characters that no key has'
}

/** Null, or what is wrong with a protocol's name. */
export function protocolProblem(protocol: string): string | null {
  return agentProtocols.some((known) => known === protocol) ? null : `needs ${agentProtocols.join(', ')}`
}

/** Null, or what is wrong with a proxy's address; the text is not repeated. */
export function proxyProblem(proxy: string): string | null {
  try {
    parseProxy(proxy)
    return null
  } catch {
    return 'needs socks5://user:password@host:port or http://user:password@host:port, special characters percent-encoded'
  }
}

/** The longest `disconnect_timeout`, in pings of 5 s: more than an hour. */
const maxPings = 1000

/** Null, or what is wrong with a number of unanswered pings. */
export function disconnectTimeoutProblem(pings: string): string | null {
  const number = /^\d{1,4}$/.test(pings) ? Number(pings) : -1
  return number >= 0 && number <= maxPings ? null : `needs a number from 0 to ${maxPings}`
}

/** Null, or what is wrong with a list of shared folders. */
export function shareProblem(share: string): string | null {
  const wrong = share.split(',').find((folder) => !isAbsolute(folder.trim()))
  return wrong === undefined ? null : `needs whole paths with commas between, not "${wrong}"`
}

export function parseShare(share: string): string[] {
  return share.split(',').map((folder) => folder.trim())
}

/** Reads the `[common]` section: stock keys plus `fingerprint`, `protocol` and `share`. Throws `config-invalid`. */
export function readAgentConfig(common: SectionValues): AgentConfig {
  const check = (key: string, problem: (value: string) => string | null) => {
    const value = common.text(key)
    const found = value === '' ? null : problem(value)
    if (found) throw common.wrong(key, found)
    return value
  }
  common.required('server_addr')
  const server = check(
    'server_addr',
    (value) => serverAddressProblem(value) && `${serverAddressProblem(value)}, found "${value}"`,
  )
  const vkey = common.required('vkey')
  check('vkey', vkeyProblem)
  check('conn_type', (type) => (type === 'tcp' ? null : `${type} is not supported, only tcp`))
  const fingerprint = check('fingerprint', fingerprintProblem)
  const protocol = check('protocol', protocolProblem)
  const proxy = check('proxy_url', proxyProblem)
  const pings = check('disconnect_timeout', disconnectTimeoutProblem)
  const share = check('share', shareProblem)
  const allowTarget = check('allow_target', allowTargetProblem)
  const beforeDial = check('before_dial', beforeDialProblem)
  const direct = check('direct', directProblem)
  const compression = check('compression', compressionProblem)
  return {
    server,
    vkey: new Secret(vkey),
    fingerprint: fingerprint || null,
    protocol: (protocol || 'auto') as AgentProtocol,
    proxy: proxy === '' ? null : parseProxy(proxy),
    disconnectTimeout: pings === '' ? null : Number(pings),
    share: share === '' ? [] : parseShare(share),
    allowTarget: allowTarget || null,
    beforeDial: beforeDial || null,
    direct: (direct || 'yes') as DirectChoice,
    discover: common.has('discover') ? common.flag('discover') : true,
    compression: (compression || 'yes') as CompressionChoice,
  }
}

/** The file that `npc install` leaves for its service, readable by its owner only: it carries the vkey. */
export function formatAgentConfig(config: AgentConfig): string {
  return [
    '# Written by "npc install". It carries the key: keep it readable by its owner only.',
    '[common]',
    `server_addr=${config.server}`,
    'conn_type=tcp',
    `vkey=${config.vkey.reveal()}`,
    ...(config.protocol === 'auto' ? [] : [`protocol=${config.protocol}`]),
    ...(config.proxy === null ? [] : [`proxy_url=${formatProxy(config.proxy).reveal()}`]),
    ...(config.disconnectTimeout === null ? [] : [`disconnect_timeout=${config.disconnectTimeout}`]),
    ...(config.share.length === 0 ? [] : [`share=${config.share.join(',')}`]),
    ...(config.allowTarget === null ? [] : [`allow_target=${config.allowTarget}`]),
    // The outer pair of quotation marks is the file's: reading takes one away.
    ...(config.beforeDial === null ? [] : [`before_dial="${config.beforeDial}"`]),
    ...(config.direct === 'yes' ? [] : [`direct=${config.direct}`]),
    ...(config.discover ? [] : ['discover=false']),
    ...(config.compression === 'yes' ? [] : [`compression=${config.compression}`]),
    ...(config.fingerprint === null ? [] : [`fingerprint=${config.fingerprint}`]),
    '',
  ].join('\n')
}
