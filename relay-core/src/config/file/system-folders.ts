import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

/** Who runs a program, as far as it decides where its files are. */
export interface WhoRuns {
  readonly platform: NodeJS.Platform
  /** root, or on Windows an administrator whose rights are in force. */
  readonly isRoot: boolean
  readonly home: string
  /** The program's own file. */
  readonly program: string
  readonly environment: NodeJS.ProcessEnv
}

/** Where a system keeps the files of a program. */
interface SystemFolders {
  /** Settings and state. */
  readonly settings: string
  /** The program itself: the first that can be written. */
  readonly programs: readonly string[]
}

type OnSystem = (name: 'nps' | 'npc', who: WhoRuns) => { all: SystemFolders; own: SystemFolders }

/** `/etc/<name>` and `/usr/bin` as in stock NPS. */
const linux: OnSystem = (name, { home }) => ({
  all: { settings: `/etc/${name}`, programs: ['/usr/bin', '/usr/local/bin'] },
  own: { settings: posix.join(home, '.config', name), programs: [posix.join(home, '.local/bin')] },
})

/** https://developer.apple.com/library/archive/documentation/FileManagement/Conceptual/FileSystemProgrammingGuide/MacOSXDirectories/MacOSXDirectories.html */
const macos: OnSystem = (name, { home }) => ({
  all: { settings: `/Library/Application Support/${name}`, programs: ['/usr/local/bin'] },
  own: {
    settings: posix.join(home, 'Library/Application Support', name),
    programs: [posix.join(home, '.local/bin')],
  },
})

/** https://learn.microsoft.com/windows/win32/shell/knownfolderid */
const windows: OnSystem = (name, { home, environment }) => {
  const local = environment['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local')
  const settings = environment['ProgramData'] ?? String.raw`C:\ProgramData`
  const programs = environment['ProgramFiles'] ?? String.raw`C:\Program Files`
  return {
    all: { settings: win32.join(settings, name), programs: [win32.join(programs, name)] },
    own: { settings: win32.join(local, name), programs: [win32.join(local, 'Programs', name)] },
  }
}

/** `all`: for what root or an administrator installs; `own`: for what a user installs for themself. */
export function systemFolders(name: 'nps' | 'npc', who: WhoRuns): { all: SystemFolders; own: SystemFolders } {
  const onSystem = who.platform === 'win32' ? windows : who.platform === 'darwin' ? macos : linux
  return onSystem(name, who)
}

export function thisProcess(): WhoRuns {
  return {
    platform: process.platform,
    isRoot: process.platform === 'win32' ? isAdministrator() : process.getuid?.() === 0,
    home: homedir(),
    program: process.execPath,
    environment: process.env,
  }
}

/** Only administrators may list the folder of the registry's files, and only with their rights in force. */
function isAdministrator(): boolean {
  try {
    readdirSync(win32.join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'config'))
    return true
  } catch (error) {
    // wine has no such folder, and no rights.
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
