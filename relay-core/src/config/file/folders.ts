import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { systemFolders, thisProcess, type WhoRuns } from './system-folders.ts'

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

/** Where `install` puts settings and state, for everyone on this machine or for one user. */
export function installFolder(name: 'nps' | 'npc', who: WhoRuns): string {
  const { all, own } = systemFolders(name, who)
  return who.isRoot ? all.settings : own.settings
}

/**
 * nps's run path: `-conf_path` if given, else the installed one if it exists, else (as in an unpacked archive)
 * the folder of the program.
 */
export function relayFolders(confPath: string | undefined, who: WhoRuns = thisProcess()): Folders {
  const { all, own } = systemFolders('nps', who)
  const candidates = who.isRoot ? [all.settings] : [own.settings, all.settings]
  const root =
    confPath !== undefined
      ? resolve(confPath)
      : (candidates.find((folder) => existsSync(folder)) ?? dirname(who.program))
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
