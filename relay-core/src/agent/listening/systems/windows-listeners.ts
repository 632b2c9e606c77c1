import type { Listening } from '../../../api/listening.ts'
import { windowsTool } from '../../../files/windows-tool.ts'
import { askTool } from './ask-tool.ts'
import type { ListenersQuestion } from './listeners-question.ts'
import { splitCommand } from './split-command.ts'
import { netstatSockets, windowsProcesses, type WindowsProcess } from './windows-answers.ts'
import { windowsListenersScript } from './windows-script.ts'

/** PowerShell alone takes seconds to start on a busy machine; both together must be done before the relay gives up, after 10 s. */
const powershellTimeoutMs = 6_500
const fallbackTimeoutMs = 2_500
/** Accounts of people: of a machine or a domain, and of Entra. All others are the system's own, such as those of services. */
const personsSid = /^S-1-(5-21|12-1)-/

const windowsTools = {
  powershell: windowsTool(String.raw`WindowsPowerShell\v1.0\powershell`),
  netstat: windowsTool('netstat'),
  tasklist: windowsTool('tasklist'),
}

/**
 * What PowerShell tells. Where it is not there, may not, or says nothing in time: what netstat and tasklist tell, which know names of programs and no
 * owners. `tools`: for tests. Null where none of them lists sockets.
 */
export async function windowsListeners(
  question: ListenersQuestion,
  { tools = windowsTools, timeoutMs = powershellTimeoutMs } = {},
): Promise<Listening | null> {
  const args = ['-NoProfile', '-NonInteractive', '-Command', windowsListenersScript]
  const told = (await askTool(tools.powershell, args, { timeoutMs })) ?? ''
  const listed =
    windowsProcesses(told).size > 0 ? listenersOfWindows({ sockets: told, processes: told }, question) : null
  if (listed) return listed
  const [sockets, processes] = await Promise.all([
    askTool(tools.netstat, ['-ano'], { timeoutMs: fallbackTimeoutMs }),
    askTool(tools.tasklist, ['/fo', 'csv', '/nh'], { timeoutMs: fallbackTimeoutMs }),
  ])
  return sockets === null ? null : listenersOfWindows({ sockets, processes: processes ?? '' }, question)
}

/**
 * Reads lines of `netstat -ano`, and of processes what `windowsListenersScript` or `tasklist /fo csv /nh` prints. Command lines are whole. Null where no
 * sockets are listed. Pure.
 */
export function listenersOfWindows(
  said: { readonly sockets: string; readonly processes: string },
  { account, policy }: ListenersQuestion,
): Listening | null {
  const sockets = netstatSockets(said.sockets)
  if (sockets === null) return null
  const processes = windowsProcesses(said.processes)
  const isPersons = ({ sid }: WindowsProcess): boolean => personsSid.test(sid)
  const isTheirs = (process: WindowsProcess): boolean =>
    isPersons(process) && (account === '' ? process.isOwn : sameName(nameOf(process), account))
  const listeners = sockets
    .filter(({ host, port }) => policy({ host, port }, host))
    .map(({ host, port, pid }) => {
      const process = processes.get(pid)
      const words = splitCommand(process?.command ?? '')
      return {
        host,
        port,
        owner: process && isPersons(process) ? nameOf(process) : null,
        isOwn: process !== undefined && isTheirs(process),
        command: words.length > 0 || !process ? words : [process.name],
        folder: '',
      }
    })
  const home = [...processes.values()].find(isTheirs)?.home ?? ''
  return { home, listeners, others: [] }
}

/** Of `MACHINE\name`, the name; the account's number where Windows tells no name. */
function nameOf({ account, sid }: WindowsProcess): string {
  return account.slice(account.lastIndexOf('\\') + 1) || sid
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
