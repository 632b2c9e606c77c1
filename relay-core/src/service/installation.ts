import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { installKinds, type InstallKind } from '../api/words/install-kinds.ts'

/** What `install` did, so that the other commands find it again. */
export interface Installation {
  readonly kind: InstallKind
  readonly program: string
  readonly args: string[]
  /** Of the person who ran `install`; an older one did not keep it. */
  readonly account?: string | undefined
}

/** Undefined when nothing is installed in `folder`. */
export async function readInstallation(folder: string): Promise<Installation | undefined> {
  try {
    return installationOf(JSON.parse(await readFile(fileIn(folder), 'utf8')))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'EACCES')
      throw new Error(`${fileIn(folder)} may not be read by this user. Try with sudo.`, { cause: error })
    throw new Error(`${fileIn(folder)} is damaged. Run install again.`, { cause: error })
  }
}

/** By hand: the schema library would stay in memory of each npc that a service has started. */
function installationOf(value: unknown): Installation {
  const {
    kind: named,
    program,
    args,
    account,
  } = Object(value) as Partial<Record<keyof Installation, unknown>>
  const kind = installKinds.find((known) => known === named)
  if (kind === undefined || !isText(program) || !Array.isArray(args) || !args.every(isText))
    throw new Error('it does not say what was installed')
  if (account === undefined) return { kind, program, args }
  if (!isText(account)) throw new Error('its account is no name')
  return { kind, program, args, account }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

export function writeInstallation(folder: string, what: Installation): Promise<void> {
  return writeFileAtomically(fileIn(folder), `${JSON.stringify(what, null, 2)}\n`, 0o644)
}

export function removeInstallation(folder: string): Promise<void> {
  return rm(fileIn(folder), { force: true })
}

function fileIn(folder: string): string {
  return join(folder, 'service.json')
}
