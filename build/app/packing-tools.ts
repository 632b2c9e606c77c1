import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** 7-Zip, which Debian 12 has as `7zz`, and Debian 13 and Ubuntu 24.04 as `7z`. */
export const sevenZip = existsSync('/usr/bin/7zz') ? '/usr/bin/7zz' : '/usr/bin/7z'

/**
 * Points electron-builder, by the variables it has for that, at the packing tools of Debian instead of its own downloads.
 * What is set already stays; on other systems nothing is changed. Answers a folder to remove afterwards, or null.
 */
export async function useSystemTools(): Promise<string | null> {
  // fpm.ts is started by its first line: the pinned Node has to be the first on PATH
  process.env['PATH'] = `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`
  if (process.platform !== 'linux') return null
  process.env['CUSTOM_FPM_PATH'] ??= join(import.meta.dirname, 'linux/fpm.ts')
  if (existsSync(sevenZip)) process.env['ELECTRON_BUILDER_7ZIP_PATH'] ??= sevenZip
  if (!existsSync('/usr/bin/makensis') || process.env['ELECTRON_BUILDER_NSIS_DIR'] !== undefined) return null
  // makensis and its plug-ins, laid out as in electron-builder's bundle
  const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-nsis-'))
  await symlink('/usr/bin/makensis', join(folder, 'makensis'))
  await mkdir(join(folder, 'plugins'))
  await symlink('/usr/share/nsis/Plugins/x86-unicode', join(folder, 'plugins/x86-unicode'))
  process.env['ELECTRON_BUILDER_NSIS_DIR'] = folder
  process.env['ELECTRON_BUILDER_NSIS_RESOURCES_DIR'] ??= folder
  return folder
}
