import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { z } from 'zod/mini'
import { parseProcessStat } from '../../agent/watched/process-stat.ts'
import { isHeld } from '../../files/rename-over.ts'
import type { Log } from '../../log/log.ts'

/** How soon a failed write is tried again. */
const retryMs = 10_000
/** When somebody reads the file at this moment, which Windows counts as a failure. */
const heldRetryMs = 100
const maxHeldTries = 20

/**
 * What a running npc says of itself, as JSON in a file. A full or broken disk must not affect what npc does: it is logged once,
 * and what could not be written is written later.
 */
export class StatusFile<Status extends object> {
  readonly #file: string
  readonly #log: Log
  #isRefused = false
  #heldTries = 0
  #retry: NodeJS.Timeout | undefined

  constructor(file: string, log: Log) {
    this.#file = file
    this.#log = log
  }

  /** Nothing runs any more that it could speak of. Never throws. */
  remove(): void {
    clearTimeout(this.#retry)
    try {
      rmSync(this.#file, { force: true })
    } catch {
      // Whoever reads it sees that its process has ended.
    }
  }

  /** Never throws. */
  write(status: Status): void {
    clearTimeout(this.#retry)
    try {
      replaceFile(this.#file, JSON.stringify(status))
      if (this.#isRefused) this.#log.info('the status of this npc is written again')
      this.#isRefused = false
      this.#heldTries = 0
    } catch (error) {
      if (isHeld(error) && this.#heldTries < maxHeldTries) {
        this.#heldTries += 1
        this.#retryIn(heldRetryMs, status)
        return
      }
      if (!this.#isRefused) {
        this.#log.error('"npc status" shows an old state: its file cannot be written', { reason: error })
      }
      this.#isRefused = true
      this.#retryIn(retryMs, status)
    }
  }

  #retryIn(delayMs: number, status: Status): void {
    this.#retry = setTimeout(() => this.write(status), delayMs)
    this.#retry.unref()
  }
}

/** As a whole, so that nobody reads half of it. */
function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch (error) {
    rmSync(`${file}.new`, { force: true })
    throw error
  }
}

/** `service`: of the npc that a service runs; otherwise of the one in the foreground that was started last. */
export function agentStatusFile(stateFolder: string, { service }: { service: boolean }): string {
  return join(stateFolder, service ? 'npc-status.json' : 'npc-foreground.json')
}

/** Undefined when there is none, or when this version cannot read it. */
export function readStatus<Schema extends z.ZodMiniType>(
  file: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Truncated by a power cut: the running npc writes it again.
    return undefined
  }
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** Which process a status speaks of. */
interface Writer {
  readonly pid: number
  /** The program's own file. */
  readonly program?: string | undefined
  /** Absent where the system does not tell, and from an older npc. */
  readonly startTicks?: number | undefined
}

/** How a status names the process that writes it. */
export function thisWriter(): { pid: number; program: string; startTicks: number | undefined } {
  return { pid: process.pid, program: process.execPath, startTicks: startTicksOf(process.pid) }
}

/** Whether the program that has written a status still runs; a file alone is what a kill -9 leaves. */
export function isRunning(writer: Writer): boolean {
  try {
    // Its number may be another program's by now, which Linux can tell.
    if (process.platform === 'linux')
      return readlinkSync(`/proc/${writer.pid}/exe`) === writer.program && isSameProcess(writer)
    process.kill(writer.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** False for the status of an earlier process with this number: in a container that starts again, the same programs often get the same numbers. */
export function isSameProcess({ pid, startTicks }: Writer): boolean {
  if (startTicks === undefined) return true
  const now = startTicksOf(pid)
  return now === undefined || now === startTicks
}

function startTicksOf(pid: number): number | undefined {
  try {
    // Of its first thread, which began with it: an emulator of another processor (qemu-user) makes up /proc/<pid>/stat for the process itself.
    return parseProcessStat(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8'))?.startTicks
  } catch {
    // Only Linux tells.
    return undefined
  }
}
