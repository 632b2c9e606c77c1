import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pinnedPackage } from '../pinned-package.ts'
import type { ProgramTarget } from './program-targets.ts'

const root = resolve(import.meta.dirname, '../..')

/** The version of the dev dependency `@oven/bun-linux-x64-baseline`; every target gets the same. */
export const bunVersion = '1.4.5'

/** Bun's own program, which runs on this machine: Linux x64. */
export async function bunProgram(): Promise<string> {
  const path = join(root, 'node_modules/@oven/bun-linux-x64-baseline/bin/bun')
  if (!existsSync(path))
    throw new Error('The relay programs are built on Linux x64: Bun is not here for this system.')
  await chmod(path, 0o755)
  return path
}

/**
 * The Bun that is put inside the programs for `target`. npm does not install the packages of other systems.
 */
async function bunFor({ platform, arch, bunPackage, integrity }: ProgramTarget): Promise<string> {
  if (platform === 'linux' && arch === 'amd64') return bunProgram()
  const folder = await pinnedPackage({ name: `@oven/${bunPackage}`, version: bunVersion, integrity })
  return join(folder, 'bin', platform === 'windows' ? 'bun.exe' : 'bun')
}

/** Makes one program out of the modules that `entry` leads to. No settings files of the folder it is started in are read. */
export async function compile(options: {
  entry: string
  target: ProgramTarget
  outfile: string
}): Promise<void> {
  const args = [
    'build',
    '--compile',
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    // Outer functions parsed beforehand: starts in half the time. Inner ones too would cost a megabyte on the wire.
    '--bytecode',
    '--bytecode-depth=1',
    // Eight times as many calls before a function is compiled: what only a start runs would cost three megabytes for good. Ended by cli/shared/compilers.ts.
    '--compile-jit-policy=8',
    '--minify',
    '--splitting',
    '--format=esm',
    `--target=${options.target.bunTarget}`,
    `--compile-executable-path=${await bunFor(options.target)}`,
    options.entry,
    '--outfile',
    options.outfile,
  ]
  execFileSync(await bunProgram(), args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 })
}
