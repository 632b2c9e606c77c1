import { temporaryKeyName } from '../../agent/open-stock.ts'
import { ServerNotes } from '../../pins/server-notes.ts'
import { agentFolders } from '../../config/file/folders.ts'
import { askRunning } from '../../stock/ask-running.ts'
import { exitCode } from '../shared/exit.ts'
import { usageError } from '../shared/flags.ts'
import { readNpcConf, type AgentFlags } from './npc-config.ts'
import { stockRelay, temporaryKeyFile } from './npc-options.ts'
import { formatTable, print, printJson } from '../shared/output.ts'

const askTimeoutMs = 20_000

/** `npc status -config=…`: which of the file's tunnels run, as the relay says; the exit code, whether all of them do. */
export async function tunnelStatus(
  flags: AgentFlags & { conf_path?: string },
  json: boolean,
): Promise<number> {
  const conf = await readNpcConf({ ...flags, server: '', vkey: '' })
  if (!conf?.pushed) throw usageError(`There are no tunnels in ${flags.config}. Without -config: npc status`)
  const { config, pushed } = conf
  const relay = stockRelay(config)
  const keys = new ServerNotes(
    temporaryKeyFile(agentFolders(flags.conf_path).state),
    'the list of temporary keys',
  )
  const clientKey = (await keys.get(temporaryKeyName(relay))) ?? relay.vkey
  const running = new Set(await askRunning(relay, clientKey, { signal: AbortSignal.timeout(askTimeoutMs) }))
  const names = [...pushed.hosts, ...pushed.tunnels].map(({ remark }) => remark)
  // A range runs under the names of its ports.
  const isRunning = (name: string) =>
    running.has(name) || [...running].some((one) => one.startsWith(`${name}_`))
  const rows = names.map((name) => ({ name, running: isRunning(name) }))
  if (json) printJson({ server: config.server, tunnels: rows })
  else {
    print(
      formatTable(
        ['NAME', 'STATE'],
        rows.map((row) => [row.name, row.running ? 'ok' : 'not running']),
      ),
    )
    if (rows.some((row) => !row.running)) {
      print('Why the server has refused one: npc status')
      print('A section with the port of a tunnel that was made on the server leaves that one as it is.')
      print('A relay of stock NPS 0.26 names its hosts only: "not running" says nothing of tunnels there.')
    }
  }
  return rows.every((row) => row.running) ? exitCode.ok : exitCode.tunnelMissing
}
