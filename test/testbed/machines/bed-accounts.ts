import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../run-command.ts'

export interface Account {
  readonly user: string
  readonly password: string
}

/** The people on the machines of a bed. Passwords are new for each bed. */
export interface Accounts {
  /** On the cloud machine. */
  readonly root: Account
  /** On the cloud machine: not root, may use sudo, which asks for the password. */
  readonly admin: Account
  /** On the cloud machine: may do nothing special. */
  readonly guest: Account
  /** On every lab: may do nothing special. */
  readonly researcher: Account
  /** On the jump host. */
  readonly hopper: Account
}

/** A key pair that every account of the bed accepts. */
export interface BedKey {
  readonly file: string
  /** The same key, encrypted with `passphrase`. */
  readonly encryptedFile: string
  readonly passphrase: string
  /** One line, for authorized_keys. */
  readonly publicKey: string
}

export function inventAccounts(): Accounts {
  const account = (user: string) => ({ user, password: randomBytes(9).toString('base64url') })
  return {
    root: account('root'),
    admin: account('admin'),
    guest: account('guest'),
    researcher: account('researcher'),
    hopper: account('hopper'),
  }
}

export async function makeBedKey(folder: string): Promise<BedKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'id_ed25519')
  const encryptedFile = join(folder, 'id_ed25519_encrypted')
  const passphrase = randomBytes(9).toString('base64url')
  await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test bed', '-f', file])
  await runCommand('cp', ['--preserve=mode', file, encryptedFile])
  await runCommand('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', encryptedFile])
  return { file, encryptedFile, passphrase, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() }
}
