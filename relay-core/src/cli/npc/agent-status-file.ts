import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod/mini'
import { isHeld } from '../../files/rename-over.ts'
import type { Log } from '../../log/log.ts'

/** What the running npc says about itself, for `npc status` and `npc start`. */
const agentStatus = z.object({
  pid: z.number(),
  server: z.string(),
  state: z.enum(['stopped', 'connecting', 'online', 'waiting', 'failed']),
  atMs: z.number(),
  /** Why it is not online. */
  reason: z.nullable(z.string()),
  /** Of its own key, for visitors of private tunnels; an older npc did not say. */
  fingerprint: z.optional(z.string()),
  /** The program's own file. */
  program: z.optional(z.string()),
})
export type AgentStatus = z.infer<typeof agentStatus>

/** `service`: of the npc that a service runs; otherwise of the one in the foreground that was started last. */
export function agentStatusFile(stateFolder: string, { service }: { service: boolean }): string {
  return join(stateFolder, service ? 'npc-status.json' : 'npc-foreground.json')
}

/** How soon a failed write is tried again. */
const retryMs = 10_000
/** When somebody reads the file at this moment, which Windows counts as a failure. */
const heldRetryMs = 100
const maxHeldTries = 20

/**
 * Keeps the file in step with the agent's state. A full or broken disk must not affect the agent's link: it is logged once,
 * and what could not be written is written later.
 */
export class AgentStatusFile {
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
  write(status: AgentStatus): void {
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

  #retryIn(delayMs: number, status: AgentStatus): void {
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

/** Undefined when there is none, or when this version cannot read it. */
export function readAgentStatus(file: string): AgentStatus | undefined {
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
  const parsed = agentStatus.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** The npc in the foreground, if there is one; a file alone is what a kill -9 leaves. */
export function readForegroundStatus(stateFolder: string): AgentStatus | undefined {
  const status = readAgentStatus(agentStatusFile(stateFolder, { service: false }))
  return status && isAlive(status) ? status : undefined
}

function isAlive({ pid, program }: AgentStatus): boolean {
  try {
    // Its number may be another program's by now, which Linux can tell.
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/exe`) === program
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
