import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { keeperProgram } from './keeper-program.ts'
import { placeProgram, removeProgram } from '../program-file.ts'
import { runTool, type ToolResult } from '../run-tool.ts'
import type { ServiceSpec, ServiceStatus } from '../service.ts'

/** On Windows a small program keeps ours running; relay-core/keeper says how. */
interface KeeperFiles {
  readonly program: string
  /** What it keeps running. */
  readonly file: string
  readonly pid: string
  /** What the program said on standard error in its last run. */
  readonly lastError: string
}

export function keeperFiles({
  name,
  folder,
  program,
}: Pick<ServiceSpec, 'name' | 'folder' | 'program'>): KeeperFiles {
  const file = (ending: string) => join(folder, 'state', `${name}-${ending}`)
  return {
    program: join(dirname(program), `${name}-keeper.exe`),
    file: file('keeper.txt'),
    pid: file('program.pid'),
    lastError: file('last-error.txt'),
  }
}

export function keeperObstacle(): string | null {
  return keeperProgram() === null ? 'this build of the program came without its keeper' : null
}

export async function writeKeeper(spec: ServiceSpec): Promise<void> {
  const program = keeperProgram()
  if (program === null) throw new Error(`${keeperObstacle()}.`)
  const { file, ...files } = keeperFiles(spec)
  await placeProgram(files.program, (path) => writeFile(path, program))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, Buffer.from(keeperText(spec), 'utf16le'))
}

export async function removeKeeper(spec: ServiceSpec): Promise<void> {
  const { program, ...files } = keeperFiles(spec)
  await removeProgram(program)
  await Promise.all(Object.values(files).map((file) => rm(file, { force: true })))
}

/** Its four lines, see relay-core/keeper/keeper.c. */
export function keeperText(spec: ServiceSpec): string {
  const { name, folder, program, args } = spec
  const { pid, lastError } = keeperFiles(spec)
  const id = createHash('sha256').update(resolve(folder).toLowerCase()).digest('hex').slice(0, 16)
  const log = `-log_path=${join(folder, 'state', `${name}.log`)}`
  const command = [program, ...args, log].map(windowsWord).join(' ')
  return `${[`${name}-${id}`, pid, lastError, command].join('\r\n')}\r\n`
}

export function askKeeper(spec: ServiceSpec, ...words: string[]): Promise<ToolResult> {
  return runTool(keeperFiles(spec).program, words)
}

/** @throws Error with the keeper's own sentence when it fails */
export async function tellKeeper(spec: ServiceSpec, ...words: string[]): Promise<void> {
  const { exitCode, problem } = await askKeeper(spec, ...words)
  if (exitCode !== 0) throw new Error(problem)
}

/** What a keeper that runs, or not, tells of its program by its files. */
export function keptStatus(spec: ServiceSpec, isKept: boolean): ServiceStatus {
  const { pid: file, lastError } = keeperFiles(spec)
  const detail = textOf(lastError).split('\n').at(-1)?.trim() ?? ''
  if (!isKept) return detail === '' ? { state: 'stopped' } : { state: 'failed', detail }
  const told = textOf(file)
  if (told === '0') return { state: 'starting' }
  const pid = Number(told)
  return pid > 0 ? { state: 'running', pid } : { state: 'restarting', detail: detail || 'it has ended' }
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
}

/** One word of a command line, as CommandLineToArgvW reads it. */
export function windowsWord(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word
  return `"${word.replace(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`
}
