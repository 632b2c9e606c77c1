import { hostOf } from '../../net/address/plain-address.ts'
import { printable } from '../../api/words/printable.ts'
import type { Client } from '../../api/client-models.ts'
import type { ClientSettings } from '../../api/tunnel-settings.ts'
import type { Folders } from '../../config/file/folders.ts'
import { noSuchCommand, parseFlags, requireNumber, requireText } from '../shared/flags.ts'
import { stockClientFlags } from '../shared/stock-words.ts'
import { limitFlags, limitUsage, readLimits } from './limit-flags.ts'
import { formatTable, print, printJson } from '../shared/output.ts'
import { guessServerName } from './server-name.ts'
import { listOfRelay, toChange, withRelay } from './with-relay.ts'

const kinds = {
  id: 'text',
  name: 'text',
  vkey: 'text',
  enabled: 'switch',
  host: 'text',
  json: 'switch',
  conf_path: 'text',
  max_tunnel: 'text',
  crypt: 'switch',
  compress: 'switch',
  may_push: 'switch',
  push_address: 'switch',
  push_hosts: 'text',
  ...limitFlags,
} as const

export const clientUsage = `nps client list
nps client add -name=lab [-vkey=...]
nps client edit -id=1 [-name=lab] [-enabled=true|false]
nps client remove -id=1
nps client command -id=1 [-host=name-of-this-server]
nps client invite -id=1 [-host=name-of-this-server]
Each takes -json. ${limitUsage}
For all tunnels of the client together, and -max_tunnel=10. For agents of stock NPS: -crypt, -compress.
For agents that bring their own tunnels: -may_push=false, or -push_hosts=lab.example.com,*.lab.example.com for the only
host names that they may bring; -push_hosts= lets them bring any that is free; -push_address lets them choose an address of the server.`

/** `nps client …`: the accounts of lab boxes. */
export async function runClientCommand(
  args: readonly string[],
  foldersOf: (confPath: string | undefined) => Folders,
): Promise<number> {
  const { flags, words } = parseFlags(args, kinds, stockClientFlags)
  const folders = foldersOf(flags.conf_path)
  const show = (client: Client) => (flags.json ? printJson(client) : print(formatClients([client])))
  const id = () => requireNumber(flags.id, 'id')
  const host = flags.host ?? guessServerName()
  switch (words.join(' ')) {
    case 'list': {
      const clients = await listOfRelay(folders, 'client', (relay) => relay.clients.list({}))
      if (flags.json) printJson(clients)
      else print(clients.length > 0 ? formatClients(clients) : 'No clients yet: nps client add -name=lab')
      return 0
    }
    case 'add': {
      const name = requireText(flags.name, 'name')
      show(
        await withRelay(folders, (relay) =>
          relay.clients.add({
            name,
            ...(flags.vkey && { vkey: flags.vkey }),
            settings: readSettings(flags, {}),
            limits: readLimits(flags, {}),
          }),
        ),
      )
      return 0
    }
    case 'edit': {
      const { name, enabled } = flags
      const client = await withRelay(folders, async (relay) => {
        const before = toChange(await relay.clients.list({}), 'client', id())
        const edited = await relay.clients.edit({
          id: id(),
          ...(name !== undefined && { name }),
          ...(before && { settings: readSettings(flags, before.settings) }),
          ...(before && { limits: readLimits(flags, before.limits) }),
        })
        return enabled === undefined ? edited : relay.clients.setEnabled({ id: id(), enabled })
      })
      show(client)
      return 0
    }
    case 'remove':
      await withRelay(folders, (relay) => relay.clients.remove({ id: id() }))
      if (flags.json) printJson({})
      else print(`Client ${id()} and its tunnels are removed.`)
      return 0
    case 'command': {
      const answer = await withRelay(folders, (relay) => relay.clients.command({ id: id(), host }))
      if (flags.json) printJson(answer)
      else print(answer.command)
      return 0
    }
    case 'invite': {
      const invite = await withRelay(folders, (relay) => relay.clients.invite({ id: id(), host }))
      if (flags.json) printJson(invite)
      else {
        print(`Within an hour, on the lab box:\n  ${invite.curl}\nor\n  ${invite.wget}`)
        if (invite.powershell) print(`or, on Windows, in PowerShell:\n  ${invite.powershell}`)
        if (invite.lacksProgramIn)
          print(
            `This server has no npc to hand out yet. Unpack the lab box's linux_…_client.tar.gz and put npc here first, for x64 by\n  gzip -c npc > ${invite.lacksProgramIn}/npc-linux-amd64.gz\nFor others it is npc-linux-arm64.gz, npc-windows-amd64.exe.gz and so on.`,
          )
      }
      return 0
    }
    default:
      throw noSuchCommand('nps client', words, clientUsage)
  }
}

function readSettings(
  flags: {
    crypt?: boolean
    compress?: boolean
    may_push?: boolean
    push_address?: boolean
    push_hosts?: string
  },
  before: ClientSettings,
): ClientSettings {
  const { pushHosts: hostsBefore, ...others } = before
  const pushHosts = flags.push_hosts === undefined ? hostsBefore : readNames(flags.push_hosts)
  return {
    ...others,
    ...(pushHosts && { pushHosts }),
    ...(flags.crypt !== undefined && { crypt: flags.crypt }),
    ...(flags.compress !== undefined && { compress: flags.compress }),
    ...(flags.may_push !== undefined && { mayPush: flags.may_push }),
    ...(flags.push_address !== undefined && { pushAddress: flags.push_address }),
  }
}

/** Undefined for an empty list, which takes the setting away. */
function readNames(text: string): string[] | undefined {
  const names = text.split(',').map((name) => name.trim())
  return text.trim() === '' ? undefined : names
}

/** Which tunnels the client's agent may bring by itself. */
function formatPush({ mayPush = true, pushHosts }: ClientSettings): string {
  if (!mayPush) return 'no'
  return pushHosts ? `hosts ${pushHosts.join(',')}` : 'yes'
}

function formatClients(clients: readonly Client[]): string {
  return [formatRows(clients), ...clients.flatMap(formatTakeover)].join('\n')
}

/** Two machines with one key: the newer one is online. */
function formatTakeover({ id, agent }: Client): string[] {
  if (agent.state !== 'online' || !agent.displaced) return []
  const { address, hostname, askedAtMs } = agent.displaced
  const at = hostOf(agent.address)
  const names = [agent.hostname ?? '', hostname].map((name) =>
    name === '' ? '' : ` (${printable(name, '?')})`,
  )
  const still = askedAtMs === null ? '' : ', which still runs and waits for its place'
  return [
    `Client ${id}: the machine at ${at}${names[0]} has taken the place of ${address}${names[1]}${still}.`,
  ]
}

function formatRows(clients: readonly Client[]): string {
  return formatTable(
    ['ID', 'NAME', 'ENABLED', 'AGENT', 'ADDRESS', 'TUNNELS', 'MAY PUSH', 'KEY'],
    clients.map(({ id, name, enabled, agent, tunnelCount, vkey, settings }) => [
      id,
      name,
      enabled ? 'yes' : 'no',
      agent.state,
      agent.state === 'online' ? agent.address : undefined,
      tunnelCount,
      formatPush(settings),
      vkey,
    ]),
  )
}
