import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baseRoot, ensureBaseRoot } from './base-root.ts'
import { type CachedFolder, ensureCached } from './cache-folder.ts'
import { aptFor, downloadPackages } from './foreign-apt.ts'
import { runCommand } from '../run-command.ts'

/** What is the same on every processor, and set up in the base root: what packages write there when they are installed. */
const notOfProcessor = ['etc', 'var', 'usr/share']

/** A layer over the base root in which every program and library is the one for arm64. */
export const arm64Layer: CachedFolder = {
  name: 'arm64',
  recipe: { base: baseRoot, notOfProcessor, steps: 1 },
}

/**
 * Builds the layer if it is not cached yet: the packages of the base root, unpacked. Half a minute and 300 MB; a debootstrap of its own would
 * run each package's scripts by qemu, for many minutes, to come to the same settings.
 */
export async function ensureArm64Layer(): Promise<string> {
  const base = await ensureBaseRoot()
  return await ensureCached(arm64Layer, async (layer) => {
    const work = await mkdtemp(join(tmpdir(), 'nps-arm64-'))
    try {
      const shown = ['--show', '--showformat=${Architecture} ${Package}\\n']
      const installed = await runCommand('dpkg-query', [`--admindir=${base}/var/lib/dpkg`, ...shown])
      // the others are for all processors
      const names = [...installed.matchAll(/^(?:amd64|arm64) (\S+)$/gm)].map(([, name]) => `${name}:arm64`)
      const apt = await aptFor(['arm64'], { release: 'bookworm', work })
      const folder = join(work, 'packages')
      await mkdir(folder)
      const files = await downloadPackages(names, { apt, folder })
      for (const name of ['bin', 'sbin', 'lib']) {
        await mkdir(join(layer, 'usr', name), { recursive: true })
        await symlink(`usr/${name}`, join(layer, name))
      }
      const skipped = notOfProcessor.map((path) => `--exclude=./${path}`).join(' ')
      const unpack = `dpkg-deb --fsys-tarfile "$1" | tar -x -C "$0" --keep-directory-symlink ${skipped}`
      for (const file of files) await runCommand('bash', ['-o', 'pipefail', '-c', unpack, layer, file])
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
}
