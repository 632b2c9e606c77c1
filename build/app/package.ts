import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build, Platform } from 'electron-builder'
import { electronBinary } from '../electron-binary.ts'
import { builderConfiguration } from '../electron-builder.ts'

/**
 * `npm run package`: the app as a folder in build/out/package. With `--try-out` it is packed around the Electron that
 * tests use instead of the official one; such a package is not for shipping.
 */
const root = resolve(import.meta.dirname, '../..')
for (const needed of ['electron/dist/app/main.js', 'build/out/manifest.json'])
  if (!existsSync(join(root, needed))) {
    console.error(`${needed} is missing. Run: npm run build:relay && npm run build`)
    process.exit(1)
  }
const electronDist = process.argv.includes('--try-out')
  ? { electronDist: dirname(await electronBinary()) }
  : {}
const [folder] = await build({
  projectDir: root,
  targets: Platform.current().createTarget('dir'),
  publish: 'never',
  config: { ...builderConfiguration, ...electronDist, electronVersion: '42.0.0' },
})
console.log(folder ?? join(root, 'build/out/package'))
