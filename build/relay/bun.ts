import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache/nps-desktop/bun')

/** The version of the dev dependency `@oven/bun-linux-x64-baseline`; both processors get the same. */
export const bunVersion = '1.4.5'
/** Of the package for arm64, which npm does not install on another processor. From the registry's own record. */
const arm64Integrity =
  'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg=='

export type Arch = 'amd64' | 'arm64'

/** Bun's own program, which runs on this machine: Linux x64. */
export async function bunProgram(): Promise<string> {
  const path = join(root, 'node_modules/@oven/bun-linux-x64-baseline/bin/bun')
  if (!existsSync(path))
    throw new Error('The relay programs are built on Linux x64: Bun is not here for this system.')
  await chmod(path, 0o755)
  return path
}

/** The Bun that is put inside the program for `arch`. The one for arm64 is fetched once, by npm, and checked. */
export async function bunFor(arch: Arch): Promise<string> {
  if (arch === 'amd64') return bunProgram()
  const folder = join(cache, `arm64-${bunVersion}`)
  const path = join(folder, 'package/bin/bun')
  if (existsSync(path)) return path
  const partial = `${folder}.${process.pid}`
  await mkdir(partial, { recursive: true })
  try {
    const pack = ['pack', `@oven/bun-linux-aarch64@${bunVersion}`, '--pack-destination', partial, '--silent']
    const name = execFileSync('npm', pack, { cwd: root, encoding: 'utf8', timeout: 300_000 }).trim()
    const archive = await readFile(join(partial, name))
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
    if (integrity !== arm64Integrity) throw new Error(`Bun for arm64 is not the pinned one: ${integrity}`)
    execFileSync('tar', ['-xzf', name], { cwd: partial })
    await rename(partial, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return path
}

/** Makes one program out of a bundle. No settings files of the folder it is started in are read. */
export async function compile(options: { bundle: string; arch: Arch; outfile: string }): Promise<void> {
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
    `--target=bun-linux-${options.arch === 'amd64' ? 'x64-baseline' : 'arm64'}`,
    `--compile-executable-path=${await bunFor(options.arch)}`,
    options.bundle,
    '--outfile',
    options.outfile,
  ]
  execFileSync(await bunProgram(), args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 })
}
