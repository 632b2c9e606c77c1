import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { keptSyntax } from '../kept-syntax.ts'
import { packagesIn, type ShippedPackage } from '../notices/shipped-packages.ts'

const root = resolve(import.meta.dirname, '../..')
const pages = join(root, 'renderer/dist')

export interface Bundle {
  /** ES modules by the names they import each other by; `<program>.mjs` is the first one. */
  readonly modules: Readonly<Record<string, string>>
  readonly packages: ShippedPackage[]
}

/**
 * One command line as ES modules that import each other and `node:` modules only, and the packages they hold code of, those of the
 * console's pages aside. What is imported when it is needed is a module of its own: the functions of a module that is never loaded
 * take no memory (docs/adr/0011-fast-and-fair.md). esbuild and not Bun does this, because Bun would
 * put its own module in the place of `ws`. `keeper` goes into those for Windows, null into the others.
 */
export async function bundle(program: 'nps' | 'npc', { keeper }: { keeper: Buffer | null }): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [`relay-core/src/cli/${program}/${program}.ts`],
    bundle: true,
    splitting: true,
    outdir: 'unwritten',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    format: 'esm',
    target: 'es2023',
    supported: keptSyntax,
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    metafile: true,
    logLevel: 'warning',
    plugins: [consolePages, shippedConf, keeperProgram(keeper)],
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
  })
  const modules = Object.fromEntries(result.outputFiles.map(({ path, text }) => [basename(path), text]))
  return { modules, packages: await packagesIn(result.metafile, root) }
}

/** Puts the console's built pages in the place of built-in-assets.ts, which reads them from a folder. */
const consolePages: Plugin = {
  name: 'console pages',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]built-in-assets\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      resolveDir: join(path, '..'),
      contents: `
        import { contentType } from '../../files/content-type.ts'
        import type { ConsoleAssets } from './console-assets.ts'
        const files: Record<string, string> = ${JSON.stringify(await consoleFiles())}
        export const builtInAssets: ConsoleAssets = async (path) => {
          const name = path === '/' ? '/console.html' : path
          const body = Object.hasOwn(files, name) ? files[name] : undefined
          return body === undefined ? undefined : { type: contentType(name), body: Buffer.from(body, 'base64') }
        }`,
    }))
  },
}

/** Puts the Windows keeper in the place of keeper-program.ts, which has none. */
function keeperProgram(keeper: Buffer | null): Plugin {
  const value =
    keeper === null ? 'null' : `Buffer.from(${JSON.stringify(keeper.toString('base64'))}, 'base64')`
  return {
    name: 'keeper',
    setup: ({ onLoad }) => {
      onLoad({ filter: /[/\\]keeper-program\.ts$/ }, () => ({
        loader: 'ts',
        contents: `export function keeperProgram(): Buffer | null { return ${value} }`,
      }))
    },
  }
}

/** Puts nps.conf as it is shipped in the place of shipped-conf.ts, which reads it beside the sources. */
const shippedConf: Plugin = {
  name: 'shipped nps.conf',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]shipped-conf\.ts$/ }, async () => {
      const text = await readFile(join(root, 'relay-core/conf/nps.conf'), 'utf8')
      return { loader: 'ts', contents: `export const shippedConf: string = ${JSON.stringify(text)}` }
    })
  },
}

/** console.html and every file it leads to, by path, as base64. */
async function consoleFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  const waiting = ['/console.html']
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path in files) continue
    const body = await readFile(join(pages, path)).catch((cause: unknown) => {
      throw new Error(`${path} of the console is not built. Run: npm run build:renderer`, { cause })
    })
    files[path] = body.toString('base64')
    if (!/\.(?:html|js|css)$/.test(path)) continue
    // vite's names: assets/<name>-<hash>.<ext>, spoken of as assets/… in pages and ./… among themselves
    for (const [, name] of body
      .toString('utf8')
      .matchAll(/(?:assets|\.)\/([\w.-]+-[\w-]{8}\.(?:js|css|svg|png|woff2))/g))
      waiting.push(`/assets/${name}`)
    if (path === '/console.html') waiting.push('/load-again.js')
  }
  return files
}
