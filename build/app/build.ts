import { cp, mkdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, type BuildOptions } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'electron/dist/app')

/**
 * Bundles the app into electron/dist/app: main.js, preload.cjs, backend.js, the built pages and icons.
 * `electron` stays outside; `cpu-features` is ssh2's optional native part, which it does without.
 */
await mkdir(out, { recursive: true })
const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  sourcemap: true,
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
await Promise.all([
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
    entryPoints: ['electron/backend/process.ts'],
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
await cp(pages, join(out, 'renderer'), { recursive: true })
await cp(join(root, 'build/icons'), join(out, 'icons'), { recursive: true })
await cp(join(root, 'electron/package.json'), join(root, 'electron/dist/package.json'))
