import { nearHost } from './near-host.ts'
import { wholeLines } from './whole-lines.ts'

/** A socket that lsof has listed. */
export interface LsofSocket {
  readonly pid: number
  readonly uid: number
  /** The account's name; the number where it has none. */
  readonly login: string
  readonly host: string
  readonly port: number
}

const maxSockets = 1_000
/** Longer than any address or account; a folder may have 1,024 characters (PATH_MAX of macOS). */
const maxLineLength = 1_100

/** What follows a field's letter in each line (lsof(8), "Output for other programs"), process by process. */
function* fieldsOf(text: string): Generator<{ letter: string; value: string }, void, void> {
  for (const line of wholeLines(text, maxLineLength))
    if (line !== '') yield { letter: line.charAt(0), value: line.slice(1).replace(/\r$/, '') }
}

/** What lsof says with `-V` where it has looked and found none; it is silent where it could not look. */
const noneFound = /^lsof: .{0,80}\blocated\b/m

/**
 * Reads `lsof -nP -V -iTCP -sTCP:LISTEN -FpuLn`: sockets near by, each address and port of a process once. Null where it tells neither of a socket nor that
 * there is none. Pure.
 */
export function listeningSockets(text: string): LsofSocket[] | null {
  const sockets = new Map<string, LsofSocket>()
  let hasTold = noneFound.test(text)
  let process: { pid: number; uid: number; login: string } | null = null
  for (const { letter, value } of fieldsOf(text)) {
    if (letter === 'p') process = { pid: numberIn(value) ?? 0, uid: -1, login: '' }
    if (!process || process.pid === 0) continue
    if (letter === 'u') process.uid = numberIn(value) ?? -1
    if (letter === 'L') process.login = value
    if (letter !== 'n' || process.uid < 0 || sockets.size >= maxSockets) continue
    const [, address = '', digits = ''] =
      /^(\*|[\d.]{7,15}|\[[\da-fA-F:.]{2,45}\]):(\d{1,5})$/.exec(value) ?? []
    const host = address === '*' ? '127.0.0.1' : nearHost(address)
    const port = Number(digits)
    hasTold ||= port >= 1 && port <= 65_535
    if (host === null || port < 1 || port > 65_535) continue
    const { pid, uid, login } = process
    sockets.set(`${pid} ${host} ${port}`, { pid, uid, login: login || String(uid), host, port })
  }
  return hasTold ? [...sockets.values()] : null
}

/** Reads `lsof -a -p … -d cwd -Fpn`: the folder of each process. Pure. */
export function workingFolders(text: string): Map<number, string> {
  const folders = new Map<number, string>()
  let pid: number | null = null
  for (const { letter, value } of fieldsOf(text)) {
    if (letter === 'p') pid = numberIn(value)
    else if (letter === 'n' && pid !== null && value.startsWith('/')) folders.set(pid, value)
  }
  return folders
}

function numberIn(digits: string): number | null {
  return /^\d{1,10}$/.test(digits) ? Number(digits) : null
}
