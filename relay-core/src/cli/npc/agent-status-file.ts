import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod/mini'
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
})
export type AgentStatus = z.infer<typeof agentStatus>

export function agentStatusFile(stateFolder: string): string {
  return join(stateFolder, 'npc-status.json')
}

/** How soon a failed write is tried again. */
const retryMs = 10_000

/**
 * Keeps the file in step with the agent's state. A full or broken disk must not affect the agent's link: it is logged once,
 * and what could not be written is written later.
 */
export class AgentStatusFile {
  readonly #file: string
  readonly #log: Log
  #isRefused = false
  #retry: NodeJS.Timeout | undefined

  constructor(file: string, log: Log) {
    this.#file = file
    this.#log = log
  }

  /** Never throws. */
  write(status: AgentStatus): void {
    clearTimeout(this.#retry)
    try {
      replaceFile(this.#file, JSON.stringify(status))
      if (this.#isRefused) this.#log.info('the status of this npc is written again')
      this.#isRefused = false
    } catch (error) {
      if (!this.#isRefused) {
        this.#log.error('"npc status" shows an old state: its file cannot be written', { reason: error })
      }
      this.#isRefused = true
      this.#retry = setTimeout(() => this.write(status), retryMs)
      this.#retry.unref()
    }
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
