import * as z from 'zod'
import { nearHost } from './near-host.ts'
import { wholeLines } from './whole-lines.ts'

/** A socket that netstat has listed; `pid` is 0 where it was not told. */
export interface NetstatSocket {
  readonly host: string
  readonly port: number
  readonly pid: number
}

const maxSockets = 1_000
const maxProcesses = 5_000
/** A command line of 4,096 characters, each of them written as `\uXXXX`, and what else is told of a process. */
const maxLineLength = 32_768

/** What `windowsListenersScript` tells of a process; a text that this account may not see is empty. */
const toldProcess = z.object({
  pid: z.int().min(1).max(0xff_ff_ff_ff),
  name: z.string().max(260),
  command: z.string().max(4_096),
  /** Of the account that it runs as. */
  sid: z.string().regex(/^(S-1-[\d-]{1,180})?$/),
  /** `MACHINE\name` */
  account: z.string().max(600),
  home: z.string().max(400),
  /** It runs as the account that asks. */
  isOwn: z.boolean(),
})
export type WindowsProcess = z.infer<typeof toldProcess>

/** Longer than netstat's longest, of two IPv6 addresses. */
const maxNetstatLength = 300

/**
 * Sockets near by in lines of `netstat -ano`, each address and port of a process once. What listens has no peer: the word for its state is translated. Null where
 * no line is one of a socket that listens, near by or not: on every Windows some do, so netstat has not told. Pure.
 */
export function netstatSockets(text: string): NetstatSocket[] | null {
  const sockets = new Map<string, NetstatSocket>()
  let hasTold = false
  const listening =
    /^ *TCP +(\[[\da-fA-F:.%]{2,60}\]|[\d.]{7,15}):(\d{1,5}) +(?:0\.0\.0\.0|\[::\]):0 +\S.{0,60}?(?: (\d{1,10}))? *\r?$/
  for (const line of wholeLines(text, maxNetstatLength)) {
    const [, address = '', digits = '', pid = '0'] = listening.exec(line) ?? []
    const host = nearHost(address)
    const port = Number(digits)
    hasTold ||= port >= 1 && port <= 65_535
    if (host === null || port < 1 || port > 65_535 || sockets.size >= maxSockets) continue
    sockets.set(`${pid} ${host} ${port}`, { host, port, pid: Number(pid) })
  }
  return hasTold ? [...sockets.values()] : null
}

/**
 * Processes by their ids: in lines of JSON as `windowsListenersScript` writes them, and in those of `tasklist /fo csv /nh`, which tell a name alone. Of a
 * process that is in both, the first counts. Pure.
 */
export function windowsProcesses(text: string): Map<number, WindowsProcess> {
  const processes = new Map<number, WindowsProcess>()
  for (const line of wholeLines(text, maxLineLength)) {
    const process = line.startsWith('{') ? processOfJson(line) : processOfList(line)
    if (process && processes.size < maxProcesses && !processes.has(process.pid))
      processes.set(process.pid, process)
  }
  return processes
}

function processOfJson(line: string): WindowsProcess | null {
  try {
    return toldProcess.parse(JSON.parse(line))
  } catch {
    // cut off, or not one of our lines
    return null
  }
}

/** `"python.exe","4242","Console","1","45,678 K"` */
function processOfList(line: string): WindowsProcess | null {
  const [, name, pid = ''] = /^"([^"]{1,260})","(\d{1,10})",/.exec(line) ?? []
  const unseen = { command: '', sid: '', account: '', home: '', isOwn: false }
  return name === undefined || Number(pid) === 0 ? null : { pid: Number(pid), name, ...unseen }
}
