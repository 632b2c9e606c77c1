import * as z from 'zod/mini'
import { agentStatusFile, isRunning, isSameProcess, readStatus } from './status-file.ts'
import { runningVisit } from './visitor-status-file.ts'

/** A direct link that this agent takes part in. */
const servedLink = z.object({
  visitor: z.string(),
  way: z.enum(['direct', 'relay']),
  roundTripMs: z.number(),
  sinceMs: z.number(),
})

const refusedSection = z.object({ name: z.string(), reason: z.string() })

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
  /** When its process began, as Linux counts. */
  startTicks: z.optional(z.number()),
  /** Null: it takes part in none. An older npc does not say. */
  directLinks: z.optional(z.nullable(z.array(servedLink))),
  /** What the server has refused of its npc.conf; an older npc does not say. */
  refused: z.optional(z.array(refusedSection)),
  /** The shared folders that it could not read when it started; an older npc does not say. */
  unreadable: z.optional(z.array(z.string())),
  /** The private tunnels that its npc.conf visits. */
  visits: z.optional(z.array(runningVisit)),
})
export type AgentStatus = z.infer<typeof agentStatus>

/** Undefined when there is none, or when this version cannot read it. */
function readAgentStatus(file: string): AgentStatus | undefined {
  return readStatus(file, agentStatus)
}

/** The npc in the foreground, if there is one. */
export function readForegroundStatus(stateFolder: string): AgentStatus | undefined {
  const status = readAgentStatus(agentStatusFile(stateFolder, { service: false }))
  return status && isRunning(status) ? status : undefined
}

/** The status of the service's npc with this process number; undefined while it has not written one itself, whatever an earlier one has left. */
export function readServiceStatus(stateFolder: string, pid: number): AgentStatus | undefined {
  const status = readAgentStatus(agentStatusFile(stateFolder, { service: true }))
  return status?.pid === pid && isSameProcess(status) ? status : undefined
}
