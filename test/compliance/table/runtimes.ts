import { fileURLToPath } from 'node:url'

export type Runtime = 'Node' | 'Bun'

const commands: Record<Runtime, string> = {
  Node: process.execPath,
  Bun: fileURLToPath(new URL('../../../node_modules/@oven/bun-linux-x64-baseline/bin/bun', import.meta.url)),
}

/** The command line of one of our programs, from its sources. */
export function ourProgram(name: 'nps' | 'npc', runtime: Runtime): [string, ...string[]] {
  return [
    commands[runtime],
    fileURLToPath(new URL(`../../../relay-core/src/cli/${name}.ts`, import.meta.url)),
  ]
}
