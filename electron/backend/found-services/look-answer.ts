import { cut } from '@nps-desktop/relay-core/api'
import { dialledAddress, procAddress } from '@nps-desktop/relay-core/address'
import { parseLabServices, type RunningService } from '../labs/lab-services.ts'

/** A socket that accepts connections. */
export interface Listener {
  /** As a tunnel's target names it: `127.0.0.1` for one that listens everywhere. */
  readonly host: string
  readonly port: number
  readonly uid: number
  readonly inode: number
}

/** A process that has one of the listeners open, or, of somebody else, one of the programs that are looked for. */
export interface LookedProcess {
  readonly args: readonly string[]
  /** Empty where it is not known. */
  readonly folder: string
}

/** What a machine told of itself, read but not yet understood. */
export interface LookAnswer {
  /** The system has listed its sockets. Otherwise that there are no `listeners` says nothing. */
  readonly hasLooked: boolean
  readonly uid: number
  readonly home: string
  /** Accounts with a lower number are the system's own. */
  readonly firstPersonUid: number
  readonly names: ReadonlyMap<number, string>
  readonly listeners: readonly Listener[]
  /** This account's processes by the inodes of their sockets: several where a server has workers. */
  readonly own: ReadonlyMap<number, readonly LookedProcess[]>
  /** Other people's, by their uid. */
  readonly others: readonly { readonly uid: number; readonly args: readonly string[] }[]
  /** Ports of what the app itself has started. */
  readonly started: ReadonlySet<number>
  /** Those that leave files about themselves, with the folder that they work in. */
  readonly running: readonly (RunningService & { readonly folder: string })[]
}

const maxLines = 2_000
/** UID_MIN of login.defs, where the machine does not say otherwise. */
const linuxPersonUid = 1_000
const maxLine = 4_096

/** Reads what `lookScript` and `labServicesScript` print. Pure; what cannot be read is passed over. */
export function parseLook(text: string): LookAnswer {
  const lines = text
    .split('\n')
    .slice(0, maxLines)
    .map((line) => line.slice(0, maxLine))
  const told = (word: string): RegExpExecArray[] => {
    const pattern = new RegExp(`^${word} (\\S+) ?(.*)$`)
    return lines.map((line) => pattern.exec(line)).filter((found) => found !== null)
  }
  const folders = new Map(told('proc').map(([, pid = '', folder = '']) => [pid, folder]))
  const processes = new Map(
    told('args').map(([, pid = '', args = '']) => [
      pid,
      { args: args.split('\x1f').filter((arg) => arg !== ''), folder: folders.get(pid) ?? '' },
    ]),
  )
  const [, uid = '-1', home = ''] = told('me')[0] ?? []
  return {
    hasLooked: told('looked').length > 0,
    uid: Number(uid),
    firstPersonUid: Number(told('persons')[0]?.[1] ?? linuxPersonUid),
    home,
    names: new Map(told('user').map(([, id = '', name = '']) => [Number(id), clean(name, 64)])),
    listeners: lines.flatMap((line) => listenerOf(line) ?? []),
    own: Map.groupBy(
      told('own').flatMap(([, pid = '', inode = '']) => {
        const process = processes.get(pid)
        return process ? [{ ...process, inode: Number(inode) }] : []
      }),
      ({ inode }) => inode,
    ),
    others: told('ps').map(([, id = '', args = '']) => ({ uid: Number(id), args: args.split(' ') })),
    started: new Set(told('started').map(([, port]) => Number(port))),
    running: lines.flatMap((line) => {
      const [service] = parseLabServices(line)
      return service ? [{ ...service, folder: folderIn(line) }] : []
    }),
  }
}

/** Text of a machine on its way to the screen: one line, no control characters, not longer than `maxLength`. */
export function clean(text: string, maxLength = 200): string {
  const line = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()
  return line.length > maxLength ? `${cut(line, maxLength - 1)}…` : line
}

/** `tcp 0100007F:22B8 1000 12345`: the address in hex, each 32 bits of it in the machine's byte order. */
function listenerOf(line: string): Listener | null {
  const [, address = '', hexPort = '', uid, inode] =
    /^tcp ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) (\d{1,10}) (\d{1,20})$/.exec(line) ?? []
  const port = Number.parseInt(hexPort, 16)
  if (!port) return null
  return { host: hostOf(address), port, uid: Number(uid), inode: Number(inode) }
}

function hostOf(hex: string): string {
  const address = dialledAddress(procAddress(hex))
  return address.includes(':') ? `[${address}]` : address
}

/** Jupyter's `root_dir` (`notebook_dir` before 2021), or TensorBoard's `logdir`. */
function folderIn(line: string): string {
  try {
    const told = JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>
    const folder = told['root_dir'] ?? told['notebook_dir'] ?? told['logdir']
    return typeof folder === 'string' ? folder : ''
  } catch {
    // not a file of either
    return ''
  }
}
