import { join, resolve } from 'node:path'
import { Program } from '../../harness/programs/program.ts'
import { runCommand } from '../../testbed/run-command.ts'
import { type Windows, windowsPath } from '../../testbed/wine/windows.ts'

const built = resolve(import.meta.dirname, '../../../build/out')

/** Where a program of ours runs in a pair of two systems. Both see the same loopback and the same files. */
export interface PairSystem {
  /** A path of this computer, as programs there want it. */
  path(path: string): string
  launch(program: 'nps' | 'npc', args: readonly string[], folder: string): Program
  /** Runs a command to its end; answers what it printed. Throws unless its exit code is 0. */
  run(program: 'nps' | 'npc', args: readonly string[]): Promise<string>
}

export const linux: PairSystem = {
  path: (path) => path,
  launch: (program, args, folder) => new Program(join(built, `${program}-linux-amd64`), args, folder),
  run: (program, args) => runCommand(join(built, `${program}-linux-amd64`), args),
}

export function systemOf(windows: Windows): PairSystem {
  const executable = (program: string) => join(built, `${program}-windows-amd64.exe`)
  return {
    path: windowsPath,
    launch: (program, args, folder) => windows.launch(executable(program), args, folder),
    run: async (program, args) => {
      const { exitCode, stdout } = await windows.run(executable(program), args)
      if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${stdout}`)
      return stdout
    },
  }
}
