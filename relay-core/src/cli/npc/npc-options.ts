import { join } from 'node:path'
import { SharedFolders } from '../../agent/files/shared-folders.ts'
import type { ConnectionOptions } from '../../agent/agent-connection.ts'
import type { AgentProtocol } from '../../config/agent/agent-protocol.ts'
import type { AgentConfig } from '../../config/agent/agent-config.ts'
import type { NpcConf } from '../../config/agent/npc-conf.ts'
import { modeOfStockName, takesSetting } from '../../api/tunnel-modes.ts'
import { readLogLevel } from '../../config/relay/relay-config.ts'
import { createLog, type Log } from '../../log/log.ts'
import type { StockRelay } from '../../stock/enter-relay.ts'
import { parseHostPort } from '../../net/address/host-port.ts'
import { relayVersion } from '../../version.ts'
import { usageError } from '../shared/flags.ts'
import { openLogOutput } from '../shared/log-output.ts'

/** Of the stock programs: a ping is sent every 5 s. */
const pingIntervalMs = 5_000

/** What the settings say of the way to the relay. */
export function connectionOptions(config: AgentConfig): Pick<
  ConnectionOptions,
  'server' | 'vkey' | 'proxy' | 'silenceTimeoutMs' | 'direct' | 'discover' | 'compression'
> & {
  protocol: AgentProtocol
} {
  const { server, vkey, protocol, proxy, disconnectTimeout, direct, discover, compression } = config
  return {
    server,
    vkey,
    protocol,
    direct,
    discover,
    compression,
    proxy: proxy ?? undefined,
    silenceTimeoutMs: disconnectTimeout ? disconnectTimeout * pingIntervalMs : undefined,
  }
}

/** With `-share`, and the folders of sections with mode=file: what is pushed to a stock relay may be asked for by a native one. */
export function sharedFolders({ config, pushed }: NpcConf): SharedFolders {
  const files = (pushed?.tunnels ?? []).filter(({ mode }) => takesSetting(modeOfStockName(mode), 'folder'))
  return new SharedFolders([...config.share, ...files.map(({ localPath }) => localPath)])
}

/** The same for a single errand in the stock protocol. */
export function stockRelay({ server, vkey, proxy }: AgentConfig): StockRelay {
  return {
    ...parseHostPort(server, 'server'),
    vkey: vkey.reveal(),
    proxy: proxy ?? undefined,
    version: relayVersion,
  }
}

export function temporaryKeyFile(stateFolder: string): string {
  return join(stateFolder, 'temporary-keys.json')
}

export function openAgentLog(flags: { log_level?: string; log_path?: string }): Log {
  const level = readLogLevel(flags.log_level ?? 'info')
  if (!level) throw usageError('-log_level needs a number from 0 to 7, or debug, info, warn or error.')
  return createLog({ level, write: openLogOutput(flags.log_path ?? null) })
}
