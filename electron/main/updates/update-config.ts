import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An `app-update.yml` of electron-updater: where the app looks for newer versions, and on Windows whose signature they have. */
export interface UpdateConfig {
  readonly file: string
  /** Empty: nowhere. */
  readonly address: string
}

/**
 * electron-builder puts one beside a package that it makes for a feed; any other copy has that of `build/app/build-app.ts`.
 * @param resources Electron's `process.resourcesPath`
 */
export function updateConfigOf({ resources, own }: { resources: string; own: string }): UpdateConfig {
  const ofPackage = join(resources, 'app-update.yml')
  const file = existsSync(ofPackage) ? ofPackage : own
  const url = /^url: *['"]?([^'"\s]*)/m.exec(readFileSync(file, 'utf8'))
  return { file, address: url?.[1] ?? '' }
}
