import type { FoundAbout, FoundService } from '@nps-desktop/electron/contract'
import { programName } from '@nps-desktop/relay-core/api'
import { isAbsolute, join } from 'node:path/posix'
import { recognise, type Recognised } from './known-programs.ts'
import { clean, type Listener, type LookAnswer, type LookedProcess } from './look-answer.ts'

/** Ports from here on are handed out by the system (ip_local_port_range): what got one was not told where to listen. */
const firstEphemeralPort = 32_768
const maxServices = 100

/** A service of this account that no command line or file tells anything of; its first page may. */
export interface Unknown {
  readonly port: number
  readonly service: FoundService
}

/** What is understood of a look: what is known for certain, and what has to be asked who it is. Pure. */
export function servicesOf(look: LookAnswer): { known: FoundService[]; unknown: Unknown[] } {
  const others = programsOfOthers(look)
  const known = new Map<number, FoundService>()
  const unknown = new Map<number, Unknown>()
  for (const listener of byPreference(look.listeners)) {
    if (known.has(listener.port) || unknown.has(listener.port)) continue
    const found = serviceOf(listener, look, others)
    if (found?.isKnown === true) known.set(listener.port, found.service)
    else if (found) unknown.set(listener.port, { port: listener.port, service: found.service })
  }
  // a machine that lists no sockets tells only of those that leave files
  if (look.listeners.length === 0) {
    for (const { kind, port, folder } of look.running) {
      const at = { host: '127.0.0.1', port }
      const { program, name } = programOfKind[kind === 'jupyter' || kind === 'tensorboard' ? kind : 'ssh']
      const about =
        folder === '' ? [] : [{ what: kind === 'tensorboard' ? 'logdir' : 'folder', text: folder } as const]
      const isMine = kind !== 'ssh'
      known.set(port, made(at, { program, kind, name, about }, { isMine, owner: null }, look))
    }
  }
  const isUnseen = ({ port }: Unknown): boolean => !known.has(port)
  return {
    known: [...known.values()].toSorted(byRank).slice(0, maxServices),
    unknown: [...unknown.values()].filter(isUnseen).slice(0, maxServices),
  }
}

const programOfKind = {
  ssh: { program: 'ssh', name: 'SSH' },
  jupyter: { program: 'jupyter', name: 'Jupyter' },
  tensorboard: { program: 'tensorboard', name: 'TensorBoard' },
} as const

/** Yours first, then in the order of the kinds, then by port. */
export function byRank(a: FoundService, b: FoundService): number {
  const rank = ({ isMine, owner }: FoundService): number => (isMine ? 0 : owner === null ? 2 : 1)
  const place = ({ program }: FoundService): number =>
    order.includes(program) ? order.indexOf(program) : order.length
  return rank(a) - rank(b) || place(a) - place(b) || a.port - b.port
}
const order: readonly FoundService['program'][] = ['jupyter', 'tensorboard', 'code-server', 'vllm', 'llm']

/** Of several sockets of one port the one that is reached by the shortest name. */
function byPreference(listeners: readonly Listener[]): Listener[] {
  const rank = ({ host }: Listener): number => (host === '127.0.0.1' ? 0 : host === '[::1]' ? 1 : 2)
  return listeners.toSorted((a, b) => rank(a) - rank(b))
}

function serviceOf(
  listener: Listener,
  look: LookAnswer,
  others: OtherPrograms,
): { isKnown: boolean; service: FoundService } | null {
  const { port, uid, inode } = listener
  const process = speakerOf(look.own.get(inode) ?? [])
  const isMine = uid === look.uid && (process !== undefined || uid >= look.firstPersonUid)
  const owner = uid < look.firstPersonUid ? null : (look.names.get(uid) ?? String(uid))
  const make = (what: Described): FoundService => made(listener, what, { isMine, owner }, look)
  if (!process) {
    const other = otherProgram(listener, look, others)
    return other && { isKnown: true, service: make({ ...other, about: other.about.filter(isShort) }) }
  }
  const program = recognise(process.args)
  const running = look.running.find((one) => one.kind !== 'ssh' && one.port === port)
  if (program === 'inner') return null
  if (program) {
    const isPlace = program.port === port || running !== undefined || port < firstEphemeralPort
    if (!isPlace) return null
    const about = [
      ...place(program, running?.folder ?? '', process.folder),
      ...environment(process.args, look.home),
    ]
    return { isKnown: true, service: make({ ...program, about }) }
  }
  if (port >= firstEphemeralPort || uid < look.firstPersonUid) return null
  const script = process.args.find((arg) => arg.endsWith('.py'))
  const name = programName(script ?? process.args[0] ?? '')
  const about =
    script === undefined ? [] : [{ what: 'script', text: joined(process.folder, script) } as const]
  return { isKnown: false, service: make({ program: 'other', kind: 'tcp', name, about }) }
}

/** Of a server and its workers, which share its socket, the one that tells what it is. */
function speakerOf(processes: readonly LookedProcess[]): LookedProcess | undefined {
  return processes.find(({ args }) => recognise(args) !== 'inner') ?? processes[0]
}

/** By the uid of their account. */
type OtherPrograms = ReadonlyMap<number, readonly Recognised[]>

/** Each is understood once, however many listeners there are. */
function programsOfOthers({ others }: LookAnswer): OtherPrograms {
  const programs = new Map<number, Recognised[]>()
  for (const { uid, args } of others) {
    const program = recognise(args)
    if (program && program !== 'inner') programs.set(uid, [...(programs.get(uid) ?? []), program])
  }
  return programs
}

/** Somebody else's: by a program of theirs that was told this port, or that takes it by itself; else by the port alone. */
function otherProgram({ port, uid }: Listener, look: LookAnswer, others: OtherPrograms): Recognised | null {
  const theirs = others.get(uid) ?? []
  const told = theirs.find((program) => program.port === port)
  const usual = theirs.find((program) => program.port === null && program.usualPort === port)
  if (told ?? usual) return told ?? usual ?? null
  const usualOfSystem = uid < look.firstPersonUid ? systemPorts.get(port) : undefined
  return usualOfSystem ? { ...usualOfSystem, port, usualPort: port, about: [] } : null
}

/**
 * A /proc that hides other people's processes hides the system's too, launchd of macOS listens in place of sshd, and Windows has its
 * Remote Desktop in a process that is called as many others are.
 */
const systemPorts: ReadonlyMap<number, Pick<Recognised, 'program' | 'kind' | 'name'>> = new Map([
  [22, { program: 'ssh', kind: 'ssh', name: 'SSH' }],
  [3389, { program: 'rdp', kind: 'rdp', name: 'Remote Desktop' }],
])

type Described = Pick<FoundService, 'program' | 'kind' | 'name'> & { readonly about: readonly FoundAbout[] }

function made(
  { host, port }: Pick<Listener, 'host' | 'port'>,
  { program, kind, name, about }: Described,
  { isMine, owner }: { isMine: boolean; owner: string | null },
  { home, started }: Pick<LookAnswer, 'home' | 'started'>,
): FoundService {
  const shown = about.map(({ what, text }) => ({ what, text: clean(atHome(text, home)) }))
  return {
    port,
    target: `${host}:${port}`,
    program,
    kind,
    name: clean(name, 60) || String(port),
    about: shown.filter(({ text }) => text !== '').slice(0, 3),
    owner,
    isMine,
    isStarted: isMine && started.has(port),
  }
}

/** A folder that the program's own file names, else the one that it was started in. */
function place({ program, about }: Recognised, folder: string, startedIn: string): readonly FoundAbout[] {
  if (program === 'tensorboard') {
    const logdir = folder || about[0]?.text
    return logdir === undefined ? [] : [{ what: 'logdir', text: joined(startedIn, logdir) }]
  }
  if (program === 'jupyter') return [{ what: 'folder', text: folder || startedIn }]
  return about.map((one) => (one.what === 'script' ? { ...one, text: joined(startedIn, one.text) } : one))
}

function joined(folder: string, path: string): string {
  return isAbsolute(path) || folder === '' ? path : join(folder, path)
}

/** Paths of another account say little, so of theirs only names are shown. */
function isShort({ text }: FoundAbout): boolean {
  return !/^(\/|[A-Za-z]:\\)/.test(text)
}

/** Which Python it runs in, as its path tells: conda's environments lie in `envs`, virtual ones wherever they were made. */
function environment(args: readonly string[], home: string): readonly FoundAbout[] {
  const [, drive = '', path = '', folder = ''] =
    /^([A-Za-z]:)?([\\/].*?)([\\/](?:bin|Scripts))?[\\/]python[\d.]*(?:\.exe)?$/i.exec(args[0] ?? '') ?? []
  if (path === '' || /^\/usr(\/|$)|\/\.pyenv\//.test(path)) return []
  const [, conda] = /[\\/]envs[\\/]([^\\/]+)$/.exec(path) ?? []
  if (conda !== undefined) return [{ what: 'conda', text: conda }]
  if (/[\\/](mini|ana)?(conda|forge|mamba)\d*$/i.test(path)) return [{ what: 'conda', text: 'base' }]
  // Windows has the Python of everybody beside its libraries, and only those of an environment in a folder of their own.
  if (folder === '') return []
  return [{ what: 'venv', text: atHome(drive + path, home).replace(/^~[\\/]/, '') }]
}

function atHome(path: string, home: string): string {
  if (home === '' || home === '/') return path
  if (path === home) return '~'
  return /^[\\/]/.test(path.slice(home.length)) && path.startsWith(home)
    ? `~${path.slice(home.length)}`
    : path
}
