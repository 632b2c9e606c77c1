import { join, resolve } from 'node:path'
import { build, stop } from 'esbuild'
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

afterAll(stop)

test.each([
  { idle: 'relay', entry: 'nps/nps-run.ts', own: 'relay/relay.ts' },
  { idle: 'agent', entry: 'npc/npc-run.ts', own: 'agent/agent.ts' },
])(
  'an idle $idle loads our own code only: packages come when something needs them',
  async ({ entry: run, own }) => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [`relay-core/src/cli/${run}`],
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      outdir: join(root, 'build/out/unwritten'),
      logLevel: 'error',
    })
    const { outputs } = metafile
    const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint?.endsWith(run))
    const loaded = new Set<string>()
    const waiting = [entry ?? '']
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (loaded.has(path)) continue
      loaded.add(path)
      for (const { kind, path: next, external } of outputs[path]?.imports ?? []) {
        if (kind === 'import-statement' && !external) waiting.push(next)
      }
    }
    const files = [...loaded].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
    expect(files).toContain(`relay-core/src/${own}`)
    // Each would cost megabytes of memory for as long as the program runs.
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([])
  },
)

test.each(['nps', 'npc'])('%s holds of zod what it uses, and no language but English', async (program) => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`relay-core/src/cli/${program}/${program}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outfile: join(root, 'build/out/unwritten.mjs'),
    logLevel: 'error',
  })
  const held = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
  // `import { z } from 'zod'` would bring all of them: esbuild keeps an object whole that a module gives away.
  expect(held.filter((file) => /zod\/v4\/locales\/(?!en\.|index\.)/.test(file))).toEqual([])
  expect(held.filter((file) => file.includes('node_modules/zod/')).length).toBeGreaterThan(0)
})
