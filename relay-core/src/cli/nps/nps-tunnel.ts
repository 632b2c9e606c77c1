import { type ProbeResult } from '../../api/path-models.ts'
import { targetAddress, type RelayTunnel } from '../../api/relay-tunnel-models.ts'
import {
  interchangeableModes,
  type InterchangeableMode,
  tunnelModeNames,
  type TunnelMode,
} from '../../api/tunnel-modes.ts'
import type { RelayClient } from '../../api-client/relay-client.ts'
import type { Folders } from '../../config/file/folders.ts'
import { exitCode } from '../shared/exit.ts'
import { noSuchCommand, optionalNumber, parseFlags, requireNumber, usageError } from '../shared/flags.ts'
import { insteadOfMode, stockTunnelFlags } from '../shared/stock-words.ts'
import { limitFlags, limitUsage, readLimits } from './limit-flags.ts'
import { formatBytes, formatTable, print, printJson } from '../shared/output.ts'
import { readPortPairs, refuseUseless } from './port-pair-flags.ts'
import { readSettings, settingFlags, settingUsage } from './setting-flags.ts'
import { guessServerName } from './server-name.ts'
import { listOfRelay, toChange, withRelay } from './with-relay.ts'

const kinds = {
  id: 'text',
  client: 'text',
  name: 'text',
  mode: 'text',
  port: 'text',
  target: 'text',
  json: 'switch',
  conf_path: 'text',
  ...settingFlags,
  ...limitFlags,
} as const

export const tunnelUsage = `nps tunnel list
nps tunnel add -client=1 -target=127.0.0.1:22[,host:port...] [-mode=tcp] [-port=7001] [-name=ssh]
    -mode=${tunnelModeNames.join('|')}; without it: tcp
nps tunnel edit -id=1 [-name=ssh] [-port=7001] [-target=127.0.0.1:22] [-mode=${interchangeableModes.join('|')}]
nps tunnel remove|start|stop|probe -id=1
nps tunnel command -id=1 [-host=name-of-this-server]   what a visitor of a private tunnel types
Each takes -json. Without -port the next free one of allow_ports is taken. A range adds a tunnel for each port:
-port=9001-9009 -target=127.0.0.1:8001-8009.
${settingUsage}
${limitUsage}`

/** `nps tunnel …`: server ports and where they lead. */
export async function runTunnelCommand(
  args: readonly string[],
  foldersOf: (confPath: string | undefined) => Folders,
): Promise<number> {
  const { flags, words } = parseFlags(args, kinds, stockTunnelFlags)
  const folders = foldersOf(flags.conf_path)
  const show = (tunnel: RelayTunnel) => (flags.json ? printJson(tunnel) : print(formatTunnels([tunnel])))
  const id = () => requireNumber(flags.id, 'id')
  const { name } = flags
  const switched = (work: (relay: RelayClient) => Promise<RelayTunnel>) =>
    withRelay(folders, async (relay) => {
      toChange(await relay.tunnels.list({}), 'tunnel', id())
      return work(relay)
    })
  switch (words.join(' ')) {
    case 'list': {
      const tunnels = await listOfRelay(folders, 'tunnel', (relay) => relay.tunnels.list({}))
      if (flags.json) printJson(tunnels)
      else
        print(
          tunnels.length > 0
            ? formatTunnels(tunnels)
            : 'No tunnels yet: nps tunnel add -client=1 -target=...',
        )
      return 0
    }
    case 'add': {
      const clientId = requireNumber(flags.client, 'client')
      const mode = readMode(flags.mode ?? 'tcp')
      refuseUseless(mode, flags)
      const common = {
        clientId,
        mode,
        settings: readSettings(flags, {}),
        limits: readLimits(flags, {}),
        ...(name !== undefined && { name }),
      }
      const pairs = readPortPairs(flags.port, flags.target ?? '').map(({ port, target }) => ({
        port,
        target: readTarget(target),
      }))
      const added = await withRelay(folders, async (relay) => {
        const tunnels: RelayTunnel[] = []
        try {
          for (const { port, target } of pairs)
            tunnels.push(await relay.tunnels.add({ ...common, target, ...(port && { port }) }))
        } catch (error) {
          // All of a range or none of it.
          for (const { id: made } of tunnels) await relay.tunnels.remove({ id: made })
          throw error
        }
        return tunnels
      })
      if (flags.json) printJson(added.length === 1 ? added[0] : added)
      else print(formatTunnels(added))
      return 0
    }
    case 'edit': {
      const port = optionalNumber(flags.port, 'port')
      const target = flags.target === undefined ? undefined : readTarget(flags.target)
      const mode = flags.mode === undefined ? undefined : readInterchangeable(flags.mode)
      const edited = await withRelay(folders, async (relay) => {
        const before = toChange(await relay.tunnels.list({}), 'tunnel', id())
        return relay.tunnels.edit({
          id: id(),
          ...(name !== undefined && { name }),
          ...(mode !== undefined && { mode }),
          ...(port && { port }),
          ...(target !== undefined && { target }),
          ...(before && { settings: readSettings(flags, before.settings) }),
          ...(before && { limits: readLimits(flags, before.limits) }),
        })
      })
      show(edited)
      return 0
    }
    case 'remove':
      await withRelay(folders, (relay) => relay.tunnels.remove({ id: id() }))
      if (flags.json) printJson({})
      else print(`Tunnel ${id()} is removed.`)
      return 0
    case 'start':
      show(await switched((relay) => relay.tunnels.start({ id: id() })))
      return 0
    case 'stop':
      show(await switched((relay) => relay.tunnels.stop({ id: id() })))
      return 0
    case 'command': {
      const host = flags.host ?? guessServerName()
      const answer = await withRelay(folders, (relay) => relay.tunnels.visitCommand({ id: id(), host }))
      if (flags.json) printJson(answer)
      else print(answer.command)
      return 0
    }
    case 'probe': {
      const result = await withRelay(folders, (relay) => relay.tunnels.probe({ id: id() }))
      if (flags.json) printJson(result)
      else print(formatProbe(result))
      return result.hops.every(({ state }) => state === 'ok') ? exitCode.ok : exitCode.failed
    }
    default:
      throw noSuchCommand('nps tunnel', words, tunnelUsage)
  }
}

function readMode(text: string): TunnelMode {
  const mode = tunnelModeNames.find((name) => name === text)
  if (mode) return mode
  const answer = insteadOfMode(text, tunnelModeNames)
  throw usageError(
    answer === undefined
      ? `There is no mode "${text}", only ${tunnelModeNames.join(', ')}.`
      : `There is no mode "${text}" here: ${answer}.`,
  )
}

function readInterchangeable(text: string): InterchangeableMode {
  const mode = interchangeableModes.find((name) => name === text)
  if (!mode) throw usageError(`A tunnel can become ${interchangeableModes.join(' or ')}, not "${text}".`)
  return mode
}

function readTarget(text: string): string {
  // A bare port means a port of the lab box itself, as in stock NPS.
  const target = text
    .split(',')
    .map((one) => (/^\d+$/.test(one.trim()) ? `127.0.0.1:${one.trim()}` : one.trim()))
    .join(',')
  if (!targetAddress.safeParse(target).success) throw usageError(`-target needs host:port, not "${text}".`)
  return target
}

function formatTunnels(tunnels: readonly RelayTunnel[]): string {
  return formatTable(
    ['ID', 'CLIENT', 'NAME', 'MODE', 'PORT', 'TARGET', 'STATE', 'CONNS', 'DOWN', 'UP'],
    tunnels.map((tunnel) => [
      tunnel.id,
      tunnel.clientId,
      tunnel.name,
      tunnel.mode,
      tunnel.port,
      tunnel.target || tunnel.settings.folder,
      tunnel.status.state === 'failed' ? `failed: ${tunnel.status.failure.code}` : tunnel.status.state,
      tunnel.connections,
      formatBytes(tunnel.downBytes),
      formatBytes(tunnel.upBytes),
    ]),
  )
}

const hopNames = { port: 'the server listens', agent: 'the agent is online', target: 'the target answers' }

function formatProbe({ hops }: ProbeResult): string {
  return formatTable(
    ['HOP', 'STATE', 'TIME', 'WHY'],
    hops.map(({ hop, state, ms, failure }) => [
      hopNames[hop],
      state,
      ms === null ? undefined : `${ms.toFixed(1)} ms`,
      failure?.message,
    ]),
  )
}
