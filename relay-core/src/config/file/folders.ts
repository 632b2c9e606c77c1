import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Where a program keeps its settings and its state on this machine. */
export interface Folders {
  /** The run path. */
  readonly root: string
  /** nps.conf or npc.conf. */
  readonly config: string
  /** State, identity, keys and control socket; mode 0700. */
  readonly state: string
  /** `npc-linux-<arch>.gz` for pasted-line installations. */
  readonly programs: string
}

export interface WhoRuns {
  isRoot: boolean
  home: string
  /** The program's own file. */
  program: string
  exists: (path: string) => boolean
}

export function thisProcess(): WhoRuns {
  return {
    isRoot: process.getuid?.() === 0,
    home: homedir(),
    program: process.execPath,
    exists: existsSync,
  }
}

/** Where `install` puts settings and state: `/etc/nps` for root as in stock NPS, `~/.config/nps` for others. */
export function installFolder(name: 'nps' | 'npc', { isRoot, home }: WhoRuns): string {
  return isRoot ? `/etc/${name}` : join(home, '.config', name)
}

/**
 * nps's run path: `-conf_path` if given, else the installed one if it exists, else (as in an unpacked archive)
 * the folder of the program.
 */
export function relayFolders(confPath: string | undefined, who: WhoRuns = thisProcess()): Folders {
  const candidates = who.isRoot ? ['/etc/nps'] : [installFolder('nps', who), '/etc/nps']
  const root =
    confPath !== undefined
      ? resolve(confPath)
      : (candidates.find((folder) => who.exists(folder)) ?? dirname(who.program))
  return foldersIn(root, join('conf', 'nps.conf'))
}

/**
 * npc's folder: `-conf_path` if given, else always the installed one, so that a pin made in the foreground holds for the
 * service too.
 */
export function agentFolders(confPath?: string, who: WhoRuns = thisProcess()): Folders {
  return foldersIn(confPath !== undefined ? resolve(confPath) : installFolder('npc', who), 'npc.conf')
}

export function foldersIn(root: string, config: string): Folders {
  return { root, config: join(root, config), state: join(root, 'state'), programs: join(root, 'programs') }
}
