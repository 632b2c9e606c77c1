import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import { linkSuite } from './link-suite.ts'
import { NativePair } from './native-pair.ts'
import { ProgramPair } from './program-pair.ts'
import { streamSuite } from './stream-suite.ts'
import { survivalSuite } from './survival-suite.ts'
import { tunnelSuite } from './tunnel-suite.ts'

/** The app runs relay-core on Node, the shipped programs run it on Bun: both must keep every promise. */
const runtimes = {
  Node: process.execPath,
  Bun: fileURLToPath(new URL('../../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url)),
}

describe.each(Object.entries(runtimes))('native relay and agent on %s', (_name, runtime) => {
  streamSuite(() => NativePair.start(runtime))
  tunnelSuite(runtime)
  linkSuite(runtime)
  survivalSuite(runtime)
})

/** The one-file programs, from the folder that NPS_PROGRAMS names or where the build leaves them. */
const folder = process.env['NPS_PROGRAMS'] ?? fileURLToPath(new URL('../../../build/out', import.meta.url))
const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
const [nps, npc] = ['nps', 'npc'].map((name) => join(folder, `${name}-linux-${arch}`))
const missing = [nps, npc].filter((path) => !path || !existsSync(path))
const why = missing.length > 0 ? ` (left out: no ${missing.join(', ')}; npm run build:relay makes them)` : ''

describe.skipIf(missing.length > 0)(`nps and npc as shipped${why}`, () => {
  streamSuite(() => ProgramPair.start(nps ?? '', npc ?? ''))
})
