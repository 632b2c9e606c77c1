import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { installKinds } from '../api/client-models.ts'

const installation = z.object({
  kind: z.enum(installKinds),
  program: z.string(),
  args: z.array(z.string()),
  /** Of the person who ran `install`; an older one did not keep it. */
  account: z.string().optional(),
})

/** What `install` did, so that the other commands find it again. */
export type Installation = z.infer<typeof installation>

/** Undefined when nothing is installed in `folder`. */
export async function readInstallation(folder: string): Promise<Installation | undefined> {
  try {
    return installation.parse(JSON.parse(await readFile(fileIn(folder), 'utf8')))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'EACCES')
      throw new Error(`${fileIn(folder)} may not be read by this user. Try with sudo.`, { cause: error })
    throw new Error(`${fileIn(folder)} is damaged. Run install again.`, { cause: error })
  }
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
