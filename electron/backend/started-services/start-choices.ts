import { printable } from '@nps-desktop/relay-core/api'
import { basename, dirname } from 'node:path/posix'
import { newEnvironment } from './start-scripts.ts'
import type { PythonEnvironment, StartChoices, Startable } from '@nps-desktop/electron/contract'

/** What a person chose here last, which is offered first. */
export interface LastStart {
  readonly environment: string
  readonly folder: string
}

/**
 * What pip has put on the disk of Linux x64 with Python 3.11 for JupyterLab 4 and TensorBoard 2 (`du -sm`); Python, pip and
 * setuptools of a new environment come on top.
 */
const installedBytes: Readonly<Record<Startable, number>> = { jupyter: 218e6, tensorboard: 152e6 }
const newEnvironmentBytes = 26e6

const firstPort: Readonly<Record<Startable, number>> = { jupyter: 8888, tensorboard: 6006 }
/** Longer names, and more of them, come from no machine that people work on. */
const maxField = 500
/** It is run, or handed to what is run: as the contract has it. */
const isPath = (path: string): boolean => path.length <= maxField && /^[^\p{C}]+$/u.test(path)
const maxEnvironments = 50

/** Reads what `choicesScript` prints; null where it has printed nothing. Pure. */
export function parseChoices(text: string, what: Startable, last: LastStart | null): StartChoices | null {
  const rows = text
    .split('\n')
    .slice(0, 2_000)
    .map((line) => line.split('\t').map((field) => field.trim()))
  const all = (word: string): string[][] =>
    rows.filter(([first]) => first === word).map(([, ...rest]) => rest)
  const home = all('home')[0]?.[0] ?? ''
  if (home === '') return null
  const there = all('env')
    .flatMap((fields) => environmentOf(fields, what, home) ?? [])
    .slice(0, maxEnvironments - 1)
  const hasProgram = there.some(({ program }) => program !== null)
  const made = newOne(all('new')[0], what, home)
  // one that is there already is added to: it holds another program, which a start that fails must not take away
  const isMade = made.some((one) => there.some(({ path }) => path === one.path))
  const environments = hasProgram || isMade ? there : [...made, ...there]
  const rank = ({ program, path }: PythonEnvironment): number =>
    program === null ? 2 : path === last?.environment ? 0 : 1
  const ways = all('keep').map(([way]) => way)
  const canRestart = ways.includes('systemd-user')
  return {
    user: printable((all('user')[0]?.[0] ?? '').slice(0, 64)),
    environments: environments.toSorted((a, b) => rank(a) - rank(b)),
    folders: foldersOf(all('events').flat(), what, { home, last }),
    port: freePort(what, all('ports')[0]?.[0] ?? ''),
    keptBy: canRestart ? 'systemd-user' : ways.includes('tmux') ? 'tmux' : 'setsid',
    canRestart,
  }
}

function environmentOf(
  [kind, path = '', version = '', lab, notebook, board, torch = '', by]: readonly (string | undefined)[],
  what: Startable,
  home: string,
): PythonEnvironment | null {
  if (kind !== 'conda' && kind !== 'venv' && kind !== 'uv' && kind !== 'system') return null
  if (!path.startsWith('/') || !isPath(path)) return null
  const jupyter = lab ? `JupyterLab ${lab}` : notebook ? `Notebook ${notebook}` : null
  const program = what === 'jupyter' ? jupyter : board ? `TensorBoard ${board}` : null
  return {
    path,
    kind,
    name: nameOf(kind, path, home).slice(0, 120),
    version: printable(version.slice(0, 20)),
    program: program === null ? null : printable(program.slice(0, 60)),
    installs: program === null && (by === 'pip' || by === 'uv') ? { by, bytes: installedBytes[what] } : null,
    torch: torch === '' ? null : printable(torch.slice(0, 40)),
  }
}

/** Where no environment has the program: one of its own, apart from all others. */
function newOne(fields: readonly string[] | undefined, what: Startable, home: string): PythonEnvironment[] {
  if (!fields) return []
  const [, version = ''] = fields
  const path = `${home}/${newEnvironment}/bin/python`
  if (!isPath(path)) return []
  const bytes = installedBytes[what] + newEnvironmentBytes
  return [
    {
      path,
      kind: 'new',
      name: newEnvironment,
      version: printable(version.slice(0, 20)),
      program: null,
      installs: { by: 'venv', bytes },
      torch: null,
    },
  ]
}

/** conda's by the name in its folder, others by where they lie. */
function nameOf(kind: PythonEnvironment['kind'], path: string, home: string): string {
  const root = dirname(dirname(path))
  if (kind === 'system') return basename(path)
  if (kind === 'conda') return basename(dirname(root)) === 'envs' ? basename(root) : 'base'
  return root.startsWith(`${home}/`) ? root.slice(home.length + 1) : root
}

/** For a notebook the last folder, else home; for a board the folders above those with events, where its runs lie side by side. */
function foldersOf(
  files: readonly string[],
  what: Startable,
  { home, last }: { home: string; last: LastStart | null },
): string[] {
  const short = (path: string): string =>
    path === home ? '~' : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
  const logs = files.map((file) => {
    const run = dirname(file)
    return dirname(run) === home || run === home ? run : dirname(run)
  })
  const found = what === 'tensorboard' ? logs.map(short) : []
  const folders = [...(last ? [last.folder] : []), ...found, '~']
  return [...new Set(folders.filter(isPath))].slice(0, 50)
}

function freePort(what: Startable, hexPorts: string): number {
  const taken = new Set(hexPorts.split(' ').map((hex) => Number.parseInt(hex, 16)))
  let port = firstPort[what]
  while (taken.has(port) && port < 65_535) port += 1
  return port
}
