import { defaultSettings, settings, type Settings } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import { parseJson } from './file/parse-json.ts'
import type { SettingsStore } from './records.ts'
import type { StorageFile } from './file/storage-file.ts'

const settingRow = z.object({ name: z.string(), value: z.string() })

/** The person's choices, one row per name; a value that is missing or no longer known is the default. */
export function openSettings(database: StorageFile): SettingsStore {
  const all = database.query('SELECT name, value FROM settings', settingRow)
  const upsert = database.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const load = (): Settings => {
    let result = defaultSettings
    for (const { name, value } of all.all()) {
      const parsed = settings.partial().safeParse({ [name]: parseJson(value) })
      if (parsed.success) result = settings.parse({ ...result, ...parsed.data })
    }
    return result
  }
  let current = load()
  return {
    get: () => current,
    save: (change) => {
      for (const [name, value] of Object.entries(change)) {
        if (value !== undefined) upsert.run(name, JSON.stringify(value))
      }
      current = load()
      return current
    },
  }
}
