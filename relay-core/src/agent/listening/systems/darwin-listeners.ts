import { userInfo } from 'node:os'
import type { Listening } from '../../../api/listening.ts'
import { askTool } from './ask-tool.ts'
import type { ListenersQuestion } from './listeners-question.ts'
import { listeningSockets, workingFolders } from './lsof-fields.ts'
import { wholeLines } from './whole-lines.ts'

/** People's accounts begin there on macOS. */
const firstPersonUid = 501
/** Two rounds of it, and who asks is answered within 10 s. */
const toolTimeoutMs = 4_000
/** Of these the command line is asked for. */
const maxProcesses = 200
const maxCommandLength = 4_096
/** A command line may have 1 MiB (ARG_MAX of macOS), which is all that is read of an answer. */
const maxLineLength = 1024 * 1024
/** Programs of the system that run as the person, such as the receiver of AirPlay on port 5000. */
const systemProgram = /^\/(System|usr\/libexec)\//
/** Names that are not ASCII come as they are, also where a service has no language. */
const environment = { LC_ALL: 'en_US.UTF-8' }

/** By their paths, since a service has a short search path. */
const darwinTools = { lsof: '/usr/sbin/lsof', ps: '/bin/ps', id: '/usr/bin/id' }

/**
 * What lsof lists: with an ordinary account its own sockets alone, as root all. `ps` separates arguments by spaces, so that one which contains a space
 * becomes several. `tools`: for tests. Null where there is no lsof, or it says nothing that can be read in time.
 */
export async function darwinListeners(
  { account, policy }: ListenersQuestion,
  { tools = darwinTools, timeoutMs = toolTimeoutMs }: { tools?: typeof darwinTools; timeoutMs?: number } = {},
): Promise<Listening | null> {
  const ask = (file: string, args: readonly string[]) => askTool(file, args, { timeoutMs, environment })
  const [text, person] = await Promise.all([
    ask(tools.lsof, ['-nP', '-V', '-iTCP', '-sTCP:LISTEN', '-FpuLn']),
    personOf(account, (args) => ask(tools.id, args)),
  ])
  const told = text === null ? null : listeningSockets(text)
  if (told === null) return null
  const sockets = told.filter(({ host, port }) => policy({ host, port }, host))
  const pids = [...new Set(sockets.map(({ pid }) => pid))].slice(0, maxProcesses).join(',')
  const [commands, folders] =
    pids === ''
      ? []
      : await Promise.all([
          // One option for each column: on a BSD what follows the first `=` is that column's title.
          ask(tools.ps, ['-ww', '-o', 'pid=', '-o', 'args=', '-p', pids]),
          ask(tools.lsof, ['-a', '-p', pids, '-d', 'cwd', '-Fpn']),
        ])
  const commandOf = commandLines(commands ?? '')
  const folderOf = workingFolders(folders ?? '')
  const listeners = sockets.map(({ pid, uid, login, host, port }) => {
    const command = commandOf.get(pid) ?? []
    const isSystems = systemProgram.test(command[0] ?? '')
    const isOwn = uid === person.uid && !isSystems && (uid >= firstPersonUid || command.length > 0)
    const owner = isSystems || (uid < firstPersonUid && !isOwn) ? null : login
    return { host, port, owner, isOwn, command, folder: folderOf.get(pid) ?? '' }
  })
  return { home: person.home, listeners, others: [] }
}

/** Reads `ps -o pid= -o args=`. Pure. */
export function commandLines(text: string): Map<number, string[]> {
  const commands = new Map<number, string[]>()
  for (const line of wholeLines(text, maxLineLength).slice(0, maxProcesses)) {
    const [, pid = '', command = ''] = /^ *(\d{1,10}) +(.+)$/.exec(line) ?? []
    const words = command.slice(0, maxCommandLength).split(' ')
    if (command !== '')
      commands.set(
        Number(pid),
        words.filter((word) => word !== ''),
      )
  }
  return commands
}

/** The account of that name, as `id -P` has it: name, password, uid, gid, class, change, expire, full name, home, shell. */
async function personOf(
  account: string,
  id: (args: readonly string[]) => Promise<string | null>,
): Promise<{ uid: number; home: string }> {
  const { uid, username, homedir } = userInfo()
  if (account === '' || account === username) return { uid, home: homedir }
  const fields = ((await id(['-P', account])) ?? '').split('\n', 1).join('').split(':')
  const told = fields[2] ?? ''
  const isIt = fields.length === 10 && fields[0] === account && /^\d{1,10}$/.test(told)
  return isIt ? { uid: Number(told), home: fields[8] ?? '' } : { uid, home: homedir }
}
