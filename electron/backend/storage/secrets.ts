import { z } from 'zod'
import { AppError } from '../failures/app-error.ts'
import type { Shell } from '../shell.ts'
import type { SecretStore } from './records.ts'
import type { StorageFile } from './file/storage-file.ts'

/** Secrets by name; what reaches the file was sealed by the shell before. */
export function openSecrets(database: StorageFile, shell: Pick<Shell, 'encrypt' | 'decrypt'>): SecretStore {
  const select = database.query(
    'SELECT sealed FROM secrets WHERE name = ?',
    z.object({ sealed: z.instanceof(Uint8Array) }),
  )
  const names = database.query('SELECT name FROM secrets ORDER BY name', z.object({ name: z.string() }))
  const upsert = database.prepare(
    'INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed',
  )
  const remove = database.prepare('DELETE FROM secrets WHERE name = ?')
  // not LIKE: names may hold its wildcards
  const removeUnder = database.prepare('DELETE FROM secrets WHERE substr(name, 1, length(?1)) = ?1')
  /** Names of what is being sealed just now; one that is deleted meanwhile is not written. */
  const underWay = new Set<{ readonly name: string }>()
  return {
    names: () => names.all().map(({ name }) => name),
    has: (name) => select.get(name) !== undefined,
    get: async (name) => {
      const row = select.get(name)
      if (!row) return null
      try {
        return await shell.decrypt(row.sealed)
      } catch (cause) {
        throw new AppError(
          'secret-unreadable',
          `The saved secret ${name} cannot be read: the key that sealed it is gone or was changed. Enter it again.`,
          {},
          { cause, fixes: [{ action: 'enter-secret' }] },
        )
      }
    },
    set: async (name, value) => {
      const sealing = { name }
      underWay.add(sealing)
      try {
        const sealed = await shell.encrypt(value)
        if (underWay.has(sealing)) upsert.run(name, sealed)
      } finally {
        underWay.delete(sealing)
      }
    },
    delete: (name) => {
      for (const sealing of underWay) if (sealing.name === name) underWay.delete(sealing)
      remove.run(name)
    },
    deleteUnder: (prefix) => {
      for (const sealing of underWay) if (sealing.name.startsWith(prefix)) underWay.delete(sealing)
      removeUnder.run(prefix)
    },
  }
}
