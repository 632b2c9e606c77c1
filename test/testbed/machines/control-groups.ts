import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * systemd in a machine manages the control groups below the one it was started in, so each machine gets its own.
 * On a computer with the older, split hierarchy it needs a group in both that systemd uses.
 */
function hierarchies(): string[] {
  const mount = '/sys/fs/cgroup'
  if (existsSync(join(mount, 'cgroup.procs'))) return [mount]
  return ['systemd', 'unified'].map((name) => join(mount, name)).filter((path) => existsSync(path))
}

/** Makes the groups named `name` and returns their folders. */
export async function makeControlGroups(name: string): Promise<string[]> {
  const groups = hierarchies().map((path) => join(path, name))
  for (const group of groups) await mkdir(group, { recursive: true })
  return groups
}

/** Arguments of `sh` that join the groups and then become the command that follows them. */
export function joinGroups(groups: readonly string[]): string[] {
  const script = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
  return ['-c', script, 'sh', ...groups, '--']
}

/** Kills every process in the groups whose name starts with `prefix`, waits until they are gone, removes the groups. */
export async function removeControlGroups(prefix: string): Promise<void> {
  for (const hierarchy of hierarchies()) {
    for (const name of await readdir(hierarchy)) {
      if (name.startsWith(prefix)) await removeGroup(join(hierarchy, name))
    }
  }
}

/** How long killed processes are given to leave their group. */
const leaveTimeoutMs = 10_000

async function removeGroup(group: string): Promise<void> {
  const below = await readdir(group, { withFileTypes: true })
  for (const entry of below) if (entry.isDirectory()) await removeGroup(join(group, entry.name))
  const deadline = Date.now() + leaveTimeoutMs
  for (;;) {
    for (const pid of await readPids(group)) killIfAlive(pid)
    try {
      await rmdir(group)
      return
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`Control group ${group} still has processes after they were killed.`, {
          cause: error,
        })
      }
      // A killed process stays in its group until it is reaped, which the split hierarchy announces nowhere.
      await delay(10)
    }
  }
}

async function readPids(group: string): Promise<number[]> {
  const text = await readFile(join(group, 'cgroup.procs'), 'utf8')
  return text.split('\n').filter(Boolean).map(Number)
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
