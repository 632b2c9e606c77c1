import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Target } from './targets.ts'

const root = resolve(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache/nps-desktop/bun')

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
 * The Bun that is put inside the programs for `target`. npm does not install the packages of other systems, so each of
 * those is fetched once, by npm, and checked.
 */
async function bunFor({ platform, arch, bunPackage, integrity }: Target): Promise<string> {
  if (platform === 'linux' && arch === 'amd64') return bunProgram()
  const folder = join(cache, `${bunPackage}-${bunVersion}`)
  const path = join(folder, 'package/bin', platform === 'windows' ? 'bun.exe' : 'bun')
  if (existsSync(path)) return path
  const partial = `${folder}.${process.pid}`
  await mkdir(partial, { recursive: true })
  try {
    const pack = ['pack', `@oven/${bunPackage}@${bunVersion}`, '--pack-destination', partial, '--silent']
    const name = execFileSync('npm', pack, { cwd: root, encoding: 'utf8', timeout: 300_000 }).trim()
    const archive = await readFile(join(partial, name))
    const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`
    if (found !== integrity) throw new Error(`${bunPackage} is not the pinned one: ${found}`)
    execFileSync('tar', ['-xzf', name], { cwd: partial })
    await rm(join(partial, name))
    await rename(partial, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return path
}

/** Makes one program out of a bundle. No settings files of the folder it is started in are read. */
export async function compile(options: { bundle: string; target: Target; outfile: string }): Promise<void> {
  const args = [
    'build',
    '--compile',
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    // Outer functions parsed beforehand: starts in half the time. Inner ones too would cost a megabyte on the wire.
    '--bytecode',
    '--bytecode-depth=1',
    // Eight times as many calls before a function is compiled: what only a start runs would cost three megabytes for good.
    '--compile-jit-policy=8',
    '--minify',
    `--target=${options.target.bunTarget}`,
    `--compile-executable-path=${await bunFor(options.target)}`,
    options.bundle,
    '--outfile',
    options.outfile,
  ]
  execFileSync(await bunProgram(), args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 })
}
