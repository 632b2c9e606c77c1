import { existsSync } from 'node:fs'
import { sevenZip } from './packing-tools.ts'

export type System = 'linux' | 'windows' | 'macos'
export type PackageArch = 'x64' | 'arm64'

/** One kind of artifact, as electron-builder names it. */
export interface PackageTarget {
  readonly name: string
  readonly system: System
  /** On Linux, what each needs beside npm's packages. Null: electron-builder's own download. */
  readonly tool: string | null
}

export const packageTargets: readonly PackageTarget[] = [
  { name: 'deb', system: 'linux', tool: '/usr/bin/dpkg-deb' },
  { name: 'rpm', system: 'linux', tool: '/usr/bin/rpmbuild' },
  { name: 'tar.gz', system: 'linux', tool: sevenZip },
  { name: 'AppImage', system: 'linux', tool: null },
  { name: 'nsis', system: 'windows', tool: '/usr/bin/makensis' },
  { name: 'zip', system: 'windows', tool: sevenZip },
  { name: 'dmg', system: 'macos', tool: null },
  { name: 'zip', system: 'macos', tool: null },
]

export function thisSystem(): System {
  if (process.platform === 'win32') return 'windows'
  return process.platform === 'darwin' ? 'macos' : 'linux'
}

/** Why a target cannot be made here, or null. `canDownload`: whether electron-builder gets at its own tools. */
export function whyNotHere(target: PackageTarget, canDownload: boolean): string | null {
  const here = thisSystem()
  if (target.system === 'macos' && here !== 'macos') return 'made on macOS'
  if (target.system === 'linux' && here !== 'linux') return 'made on Linux'
  if (target.tool !== null && here === 'linux' && existsSync(target.tool)) return null
  if (target.name === 'deb' || target.name === 'rpm') return `no ${target.tool}`
  if (canDownload && target.system === here) return null
  return target.tool === null || here !== 'linux'
    ? "needs electron-builder's own download"
    : `no ${target.tool}`
}
