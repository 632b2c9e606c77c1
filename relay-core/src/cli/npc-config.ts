import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  fingerprintProblem,
  parseAgentConfig,
  protocolProblem,
  serverAddressProblem,
  type AgentConfig,
} from '../config/agent-config.ts'
import type { AgentProtocol } from '../client/agent-protocol.ts'
import type { ConfigWarning } from '../config/relay-config.ts'
import { Secret } from '../secret.ts'
import { usageError } from './flags.ts'

export interface AgentFlags {
  server?: string
  vkey?: string
  fingerprint?: string
  protocol?: string
  type?: string
  config?: string
}

/** What `-config` is when it is missing, as in stock NPS: from the folder one stands in. */
const defaultConfig = 'conf/npc.conf'

/**
 * Where this agent belongs: by `-server` and `-vkey` (or NPC_SERVER_ADDR and NPC_SERVER_VKEY, which do not show
 * in a list of processes), else by the configuration file. Undefined when nothing tells.
 */
export async function readAgentConfig(
  flags: AgentFlags,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ config: AgentConfig; warnings: ConfigWarning[] } | undefined> {
  const server = flags.server ?? environment['NPC_SERVER_ADDR'] ?? ''
  const vkey = flags.vkey ?? environment['NPC_SERVER_VKEY'] ?? ''
  if (flags.type !== undefined && flags.type !== 'tcp') {
    throw usageError(`-type=${flags.type} is not supported, only tcp.`)
  }
  if (server !== '' && vkey !== '') return { config: checked(server, vkey, flags), warnings: [] }
  if (flags.config === undefined && (server !== '' || vkey !== '')) {
    throw usageError(server === '' ? '-server=host:port is missing.' : '-vkey=... is missing.')
  }
  const file = resolve(flags.config ?? defaultConfig)
  if (flags.config === undefined && !existsSync(file)) return undefined
  try {
    return parseAgentConfig(await readFile(file, 'utf8'), file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw usageError(`There is no ${file}.`)
    if (code === 'EACCES') throw usageError(`${file} may not be read by this user.`)
    throw error
  }
}

function checked(server: string, vkey: string, { fingerprint, protocol = 'auto' }: AgentFlags): AgentConfig {
  const problem = serverAddressProblem(server)
  if (problem) throw usageError(`-server ${problem}, not "${server}".`)
  const pin = fingerprint ? fingerprintProblem(fingerprint) : null
  if (pin) throw usageError(`-fingerprint ${pin}.`)
  const language = protocolProblem(protocol)
  if (language) throw usageError(`-protocol ${language}.`)
  return {
    server,
    vkey: new Secret(vkey),
    fingerprint: fingerprint || null,
    protocol: protocol as AgentProtocol,
  }
}
