import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `shipped`: the one-file programs of build/out, or of the folder NPS_PROGRAMS; the others run from the sources. */
export type Runtime = 'Node' | 'Bun' | 'shipped'

const commands = {
  Node: process.execPath,
  Bun: fileURLToPath(new URL('../../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url)),
}

const shippedFolder =
  process.env['NPS_PROGRAMS'] ?? fileURLToPath(new URL('../../../build/out', import.meta.url))

/** The command line of one of our programs. */
export function ourProgram(name: 'nps' | 'npc', runtime: Runtime): [string, ...string[]] {
  if (runtime === 'shipped') return [join(shippedFolder, `${name}-linux-amd64`)]
  return [
    commands[runtime],
    fileURLToPath(new URL(`../../../relay-core/src/cli/${name}/${name}.ts`, import.meta.url)),
  ]
}
