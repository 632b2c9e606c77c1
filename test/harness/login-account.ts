import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An account that only one sshd knows: its own passwd and shadow lie over the computer's, in a mount namespace. */
export interface LoginAccount {
  readonly shell: string
  /** Files of its home folder, by name. */
  readonly files?: Readonly<Record<string, string>>
  readonly password?: string
  /** Days since 1970 on which the password was changed last; 0: it has to be changed at once. */
  readonly passwordChangedOn?: number
  /** Other files of the machine, which exist, that look different for it, by path. */
  readonly etc?: Readonly<Record<string, string>>
}

export const accountName = 'tester'
const id = 42_424

/** Writes the account's files under `folder`; answers the commands that make a mount namespace of the account's own. */
export async function makeAccount(folder: string, account: LoginAccount): Promise<string[]> {
  const home = join(folder, 'account')
  await mkdir(home)
  await chmod(folder, 0o755)
  for (const [name, text] of Object.entries(account.files ?? {})) {
    const path = join(home, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
  }
  await run('chown', ['-R', `${id}:${id}`, home])
  const hash =
    account.password === undefined
      ? '*'
      : (await run('openssl', ['passwd', '-6', account.password])).stdout.trim()
  const lines: Record<string, string> = {
    '/etc/passwd': `${await readFile('/etc/passwd', 'utf8')}${accountName}:x:${id}:${id}::${home}:${account.shell}\n`,
    '/etc/shadow': `${await readFile('/etc/shadow', 'utf8')}${accountName}:${hash}:${account.passwordChangedOn ?? 20_000}:0:99999:7:::\n`,
    ...account.etc,
  }
  const mounts: string[] = []
  for (const [index, [path, text]] of Object.entries(lines).entries()) {
    const copy = join(folder, `etc-${index}`)
    await writeFile(copy, text, { mode: 0o644 })
    mounts.push(`mount --bind ${copy} ${path}`)
  }
  return mounts
}
