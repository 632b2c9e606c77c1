import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import { linkSuite } from './link-suite.ts'
import { streamSuite } from './stream-suite.ts'
import { tunnelSuite } from './tunnel-suite.ts'

/** The app runs relay-core on Node, the shipped programs run it on Bun: both must keep every promise. */
const runtimes = {
  Node: process.execPath,
  Bun: fileURLToPath(new URL('../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url)),
}

describe.each(Object.entries(runtimes))('native relay and agent on %s', (_name, runtime) => {
  streamSuite(runtime)
  tunnelSuite(runtime)
  linkSuite(runtime)
})
