import { randomBytes } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { renameOver } from './rename-over.ts'

/**
 * Replaces a file as a whole: after a crash either the old text or the new one is there. An existing file keeps
 * its mode and owner; a new one gets `mode`.
 */
export async function writeFileAtomically(
  path: string,
  text: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const before = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', before ? before.mode & 0o777 : mode)
    try {
      await file.writeFile(text)
      // the umask has taken bits away that the file had
      if (before && process.platform !== 'win32') await file.chmod(before.mode & 0o777)
      if (before && process.getuid?.() === 0) await file.chown(before.uid, before.gid)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameOver(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes the rename itself durable; a file system that cannot (some network mounts) is left alone. */
async function syncFolder(folder: string): Promise<void> {
  // Windows offers no such thing: NTFS keeps a journal of renames.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') throw error
  } finally {
    await handle.close()
  }
}
