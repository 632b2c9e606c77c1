import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { UpdateWay } from '@nps-desktop/electron/contract'

/** Where this copy of the app lies and how it was started. */
export interface Copy {
  readonly isPackaged: boolean
  readonly platform: NodeJS.Platform
  readonly executable: string
  /** The root folder of the system, `/`; another one in tests. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
}

/** Where both kinds of package put the app. */
const packageFolder = '/opt/NPS Desktop/'

/** How this copy of the app is updated, by what its package has left on the system. */
export function updateWayOf(copy: Copy): UpdateWay {
  if (!copy.isPackaged) return 'source'
  if (copy.platform === 'darwin') return 'app'
  // the installer leaves its uninstaller there; an unpacked zip has none
  if (copy.platform === 'win32')
    return existsSync(join(dirname(copy.executable), 'Uninstall NPS Desktop.exe')) ? 'app' : 'archive'
  if (appImageOf(copy) !== null) return 'app'
  return packageKind(copy) ?? 'archive'
}

/**
 * The file of the AppImage that this app runs from. An AppImage that starts another program leaves `APPIMAGE` in its environment,
 * and an update would then replace that one: so this program has to lie in the folder that the AppImage is mounted on.
 */
export function appImageOf({ executable, env }: Pick<Copy, 'executable' | 'env'>): string | null {
  const { APPIMAGE: file, APPDIR: mount } = env
  if (file === undefined || mount === undefined || mount === '') return null
  return executable.startsWith(mount + sep) ? file : null
}

/**
 * Which package manager owns this program: dpkg's own list tells; of rpm it is only known that it is there, as its list is a
 * database. The file `package-type` of electron-builder does not tell: it is in packages alone that
 * were made for a feed, and in the archives that were made after them.
 */
function packageKind({ executable, root }: Copy): 'deb' | 'rpm' | null {
  if (!executable.startsWith(packageFolder)) return null
  const files = join(root, 'var/lib/dpkg/info/nps-desktop.list')
  if (existsSync(files) && readFileSync(files, 'utf8').split('\n').includes(executable)) return 'deb'
  return existsSync(join(root, 'usr/bin/rpm')) ? 'rpm' : null
}
