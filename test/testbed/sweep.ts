import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeControlGroups } from './machines/control-groups.ts'
import { runCommand, tryCommand } from './run-command.ts'
import type { Slot } from './slot.ts'

/**
 * Removes everything of the slot from this computer: processes, networks, mounts, disks.
 * A bed ends by it, and a new bed begins by it, in case that the one before was killed. Safe to repeat.
 */
export async function sweepSlot(slot: Slot): Promise<void> {
  await removeControlGroups(`${slot.prefix}-`)
  const namespaces = await runCommand('ip', ['netns', 'list'])
  for (const line of namespaces.split('\n')) {
    const name = line.split(' ')[0] ?? ''
    if (name.startsWith(`${slot.prefix}-`)) await runCommand('ip', ['netns', 'delete', name])
  }
  const laptopLink = `${slot.prefix}-laptop`
  const link = await tryCommand('ip', ['link', 'show', laptopLink])
  if (link.exitCode === 0) await tryCommand('ip', ['link', 'delete', laptopLink])
  for (const mount of await mountsBelow(slot.folder)) await runCommand('umount', [mount])
  await rm(slot.folder, { recursive: true, force: true })
  for (const name of await readNames(nspawnFolder)) {
    if (name.startsWith(`${slot.prefix}-`)) await rm(join(nspawnFolder, name), { recursive: true })
  }
}

/** Where systemd-nspawn keeps a folder for each machine, and leaves it when it is killed. */
const nspawnFolder = '/run/systemd/nspawn/propagate'

async function readNames(folder: string): Promise<string[]> {
  return existsSync(folder) ? await readdir(folder) : []
}

/** The newest first, as mounts must go. */
async function mountsBelow(folder: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8')
  return table
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .toReversed()
}
