import { lchownSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'

/** Marks an account in /etc/passwd as one that `install` has made. */
const comment = 'nps relay'

/** A system account of a service. */
export interface ServiceAccount {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** The account that `install` has made here, if there is one. */
export function findAccount(
  passwd: string = readFileSync('/etc/passwd', 'utf8'),
): ServiceAccount | undefined {
  for (const line of passwd.split('\n')) {
    const [name = '', , uid, gid, gecos] = line.split(':')
    if (gecos === comment) return { name, uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}

/** The account, made where there is none. @throws Error with the tool's words when it cannot be made */
export async function ensureAccount(home: string): Promise<ServiceAccount> {
  const existing = findAccount()
  if (existing) return existing
  const taken = new Set(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0]),
  )
  const name = taken.has('nps') ? 'nps-relay' : 'nps'
  const { exitCode, problem } = await runTool('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    `--home-dir=${home}`,
    '--shell=/usr/sbin/nologin',
    `--comment=${comment}`,
    name,
  ])
  const made = findAccount()
  if (!made)
    throw new Error(`the account ${name} could not be made: ${problem || `useradd ended with ${exitCode}`}`)
  return made
}

/** Idempotent. Its processes must have ended before. */
export async function removeAccount(): Promise<void> {
  const account = findAccount()
  if (account) await runTool('userdel', [account.name])
}

/**
 * Gives folders, and all that is in them, to an account. Links are not followed, and a file that has a second name
 * elsewhere is left alone: the account that owns the folder so far could have put it there.
 */
export function handOver(paths: readonly string[], { uid, gid }: Pick<ServiceAccount, 'uid' | 'gid'>): void {
  for (const path of paths) {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (!found || (!found.isDirectory() && found.nlink > 1)) continue
    if (found.uid !== uid || found.gid !== gid) lchownSync(path, uid, gid)
    if (found.isDirectory())
      handOver(
        readdirSync(path).map((name) => join(path, name)),
        { uid, gid },
      )
  }
}

/** After root has written beside what belongs to a service's account: the new files are that account's too. */
export function handToOwner(folder: string): void {
  if (process.getuid?.() !== 0) return
  const owner = lstatSync(folder, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) handOver([folder], owner)
}
