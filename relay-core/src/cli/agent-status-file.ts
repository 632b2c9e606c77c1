import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod/mini'

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

/** Replaces the file as a whole, so that nobody reads half of it. */
export function writeAgentStatus(file: string, status: AgentStatus): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, JSON.stringify(status), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Undefined when there is none, or none that this version can read. */
export function readAgentStatus(file: string): AgentStatus | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const parsed = agentStatus.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : undefined
}
