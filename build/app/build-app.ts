import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import { readUpdateAddress } from '@nps-desktop/electron/contract'
import { keptSyntax } from '../kept-syntax.ts'
import { notices, noticesFile } from '../notices/licence-notices.ts'
import { packagesIn, packagesOfPages } from '../notices/shipped-packages.ts'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'electron/dist/app')

/**
 * Bundles the app into electron/dist/app: main.js, preload.cjs, backend.js, the built pages and icons. The notices of what
 * the bundles hold lie beside that folder, for the package. NPS_DESKTOP_UPDATE_FEED is where the app looks for newer versions.
 * `electron` stays outside; `cpu-features` is ssh2's optional native part, which it does without.
 */
await mkdir(out, { recursive: true })
const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  supported: keptSyntax,
  sourcemap: true,
  metafile: true,
  external: ['electron', 'cpu-features', './crypto/build/Release/sshcrypto.node'],
  logLevel: 'warning',
  absWorkingDir: root,
}
/** CommonJS dependencies inside an ES module bundle use `require` and `__dirname`. */
const requireBanner = {
  js: [
    "import { createRequire as createRequireOfBundle } from 'node:module';",
    'const require = createRequireOfBundle(import.meta.url);',
    'const __dirname = import.meta.dirname;',
  ].join(' '),
}
const bundles = await Promise.all([
  build({
    ...common,
    format: 'esm',
    banner: requireBanner,
    entryPoints: ['electron/main/main.ts'],
    outfile: join(out, 'main.js'),
  }),
  build({
    ...common,
    format: 'esm',
    banner: requireBanner,
    entryPoints: ['electron/backend/desktop/process.ts'],
    outfile: join(out, 'backend.js'),
  }),
  build({
    ...common,
    format: 'cjs',
    entryPoints: ['electron/preload/preload.ts'],
    outfile: join(out, 'preload.cjs'),
  }),
])

const pages = join(root, 'renderer/dist')
await stat(join(pages, 'index.html')).catch(() => {
  throw new Error('The pages are not built. Run: npm run build:renderer')
})
await rm(join(out, 'renderer'), { recursive: true, force: true })
const pagesLicences = join(pages, 'licences.json')
await cp(pages, join(out, 'renderer'), { recursive: true, filter: (source) => source !== pagesLicences })
await writeFile(join(out, 'app-update.yml'), updateConfig(process.env['NPS_DESKTOP_UPDATE_FEED'] ?? ''))
await rm(join(out, 'icons'), { recursive: true, force: true })
await cp(join(root, 'build/icons'), join(out, 'icons'), {
  recursive: true,
  // the window's and the tray's; the others are for packages
  filter: (source) => !/\.(ts|icns)$|[\\/]linux$/.test(source),
})
// what Electron starts is there only once the app is built, so that the workspace itself names no entry
const manifest = JSON.parse(await readFile(join(root, 'electron/package.json'), 'utf8')) as object
const builtManifest = `${JSON.stringify({ ...manifest, main: 'app/main.js' }, null, 2)}\n`
await writeFile(join(root, 'electron/dist/package.json'), builtManifest)

const packages = await Promise.all([
  packagesOfPages(pagesLicences),
  ...bundles.map(({ metafile }) => packagesIn(metafile ?? { inputs: {}, outputs: {} }, root)),
])
await writeFile(join(root, 'electron/dist', noticesFile), notices('NPS Desktop', packages.flat()))

/** As electron-updater reads it. @param address empty: newer versions are looked for nowhere */
function updateConfig(address: string): string {
  const url = address === '' ? '' : readUpdateAddress(address)
  if (url === null)
    throw new Error(`NPS_DESKTOP_UPDATE_FEED ${address} has to be https, without a name and password.`)
  return `provider: generic\nurl: ${url}\nupdaterCacheDirName: nps-desktop-updater\n`
}
