import { compressionProblem, type CompressionChoice } from '../../config/agent/compression-choice.ts'
import { directProblem, type DirectChoice } from '../../api/direct/direct-choice.ts'
import { existsSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import {
  disconnectTimeoutProblem,
  fingerprintProblem,
  parseShare,
  shareProblem,
  protocolProblem,
  proxyProblem,
  serverAddressProblem,
  vkeyProblem,
  type AgentConfig,
} from '../../config/agent/agent-config.ts'
import type { AgentProtocol } from '../../config/agent/agent-protocol.ts'
import { beforeDialProblem } from '../../config/agent/before-dial-command.ts'
import { allowTargetProblem } from '../../config/agent/allowed-targets.ts'
import { fillTemplate } from '../../config/agent/environment-template.ts'
import { readConfigFile, readConfigFileSync } from '../../config/file/read-config-file.ts'
import { parseIni } from '../../config/file/ini.ts'
import { parseNpcConf, type NpcConf } from '../../config/agent/npc-conf.ts'
import { Secret } from '../../secret.ts'
import { parseProxy } from '../../net/dial/proxy.ts'
import { usageError } from '../shared/flags.ts'
import type { NpcFlags } from './npc-flags.ts'

export type AgentFlags = Pick<
  NpcFlags,
  | 'server'
  | 'vkey'
  | 'fingerprint'
  | 'protocol'
  | 'type'
  | 'config'
  | 'proxy'
  | 'disconnect_timeout'
  | 'share'
  | 'allow_target'
  | 'before_dial'
  | 'direct'
  | 'discover'
  | 'compression'
  | 'password'
>

/** What `-config` is when it is missing, as in stock NPS: from the folder one stands in. */
const defaultConfig = 'conf/npc.conf'

/**
 * The relay this agent belongs to: by `-server` and `-vkey` (or NPC_SERVER_ADDR and NPC_SERVER_VKEY, which do not show
 * in a list of processes), else by the configuration file. Undefined when nothing tells.
 */
export async function readNpcConf(
  flags: AgentFlags,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<NpcConf | undefined> {
  // A file that was named explicitly takes precedence over what happens to be in the environment.
  const standIns = flags.config === undefined ? environment : {}
  const server = flags.server ?? standIns['NPC_SERVER_ADDR'] ?? ''
  const vkey = flags.vkey ?? standIns['NPC_SERVER_VKEY'] ?? ''
  if (flags.type !== undefined && flags.type !== 'tcp') {
    throw usageError(`-type=${flags.type} is not supported, only tcp.`)
  }
  // A visitor of a private tunnel shows its password; only a stock relay wants a vkey too.
  const isKnown = vkey !== '' || flags.password !== undefined
  if (server !== '' && isKnown)
    return { config: checked(server, vkey, flags), pushed: null, visitors: [], warnings: [] }
  if (flags.config === undefined && (server !== '' || isKnown)) {
    throw usageError(
      server === ''
        ? '-server=host:port is missing.'
        : '-vkey=... is missing, or -password=... to visit a private tunnel.',
    )
  }
  const file = resolve(flags.config ?? defaultConfig)
  if (flags.config === undefined && !existsSync(file)) return undefined
  const conf = parseNpcConf(await readText(file), file, {
    environment,
    readFile: (path) => readConfigFileSync(resolve(dirname(file), path)),
    resolvePath: (path) => resolve(dirname(file), path),
  })
  return { ...conf, config: { ...conf.config, ...readHow(flags) } }
}

/**
 * The file's text for a place where no environment is at hand, with the first path in it that is not a whole one, which
 * would lead elsewhere from there.
 */
export async function readPlainNpcConf(
  path: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ text: string; path: string | undefined }> {
  const file = resolve(path ?? defaultConfig)
  const text = fillTemplate(await readText(file), file, environment)
  const paths = parseIni(text, file).filter(({ key }) => key === 'multi_account' || key === 'local_path')
  return { text, path: paths.map(({ value }) => value).find((value) => !isAbsolute(value)) }
}

async function readText(file: string): Promise<string> {
  try {
    return await readConfigFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw usageError(`There is no ${file}.`)
    if (code === 'EACCES') throw usageError(`${file} may not be read by this user.`)
    throw error
  }
}

function checked(server: string, vkey: string, flags: AgentFlags): AgentConfig {
  check(
    'server',
    server,
    (text) => serverAddressProblem(text) && `${serverAddressProblem(text)}, not "${text}"`,
  )
  check('vkey', vkey, vkeyProblem)
  return {
    server,
    vkey: new Secret(vkey),
    fingerprint: null,
    protocol: 'auto',
    proxy: null,
    disconnectTimeout: null,
    share: [],
    allowTarget: null,
    beforeDial: null,
    direct: 'yes',
    discover: true,
    compression: 'yes',
    ...readHow(flags),
  }
}

/** What the command line says about the connection to the server; it takes precedence over the file. */
function readHow({
  fingerprint,
  protocol,
  proxy,
  disconnect_timeout: pings,
  share,
  allow_target: allowTarget,
  before_dial: beforeDial,
  direct,
  discover,
  compression,
}: AgentFlags): Partial<AgentConfig> {
  check('fingerprint', fingerprint, fingerprintProblem)
  check('protocol', protocol, protocolProblem)
  check('proxy', proxy, proxyProblem)
  check('disconnect_timeout', pings, disconnectTimeoutProblem)
  check('share', share, shareProblem)
  check('allow_target', allowTarget, allowTargetProblem)
  check('before_dial', beforeDial, beforeDialProblem)
  check('direct', direct, directProblem)
  check('compression', compression, compressionProblem)
  return {
    ...(fingerprint && { fingerprint }),
    ...(protocol && { protocol: protocol as AgentProtocol }),
    ...(proxy && { proxy: parseProxy(proxy) }),
    ...(pings && { disconnectTimeout: Number(pings) }),
    ...(share && { share: parseShare(share) }),
    ...(allowTarget && { allowTarget }),
    ...(beforeDial && { beforeDial }),
    ...(direct && { direct: direct as DirectChoice }),
    ...(discover !== undefined && { discover }),
    ...(compression && { compression: compression as CompressionChoice }),
  }
}

function check(name: string, value: string | undefined, problem: (value: string) => string | null): void {
  const found = value ? problem(value) : null
  if (found) throw usageError(`-${name} ${found}.`)
}
