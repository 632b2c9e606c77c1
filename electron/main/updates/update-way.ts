import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { UpdateWay } from '@nps-desktop/electron/contract'

/** Where this copy of the app lies and how it was started. */
export interface Copy {
  readonly isPackaged: boolean
  readonly platform: NodeJS.Platform
  readonly executable: string
  /** Electron's `process.resourcesPath`. */
  readonly resources: string
  readonly env: NodeJS.ProcessEnv
}

/** How this copy of the app is updated, by what its package has left beside it. */
export function updateWayOf(copy: Copy): UpdateWay {
  if (!copy.isPackaged) return 'source'
  if (copy.platform === 'darwin') return 'app'
  // the installer leaves its uninstaller there; an unpacked zip has none
  if (copy.platform === 'win32')
    return existsSync(join(dirname(copy.executable), 'Uninstall NPS Desktop.exe')) ? 'app' : 'archive'
  if (appImageOf(copy) !== null) return 'app'
  const kind = packageKind(join(copy.resources, 'package-type'))
  return kind === 'deb' || kind === 'rpm' ? kind : 'archive'
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

/** electron-builder writes the kind of its Linux packages into them. */
function packageKind(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
}
