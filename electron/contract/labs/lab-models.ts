import { absence, absenceReason, installKinds } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { sshAddress } from '../machines/ssh-models.ts'
import { id, instantMs, name } from '../values.ts'

/** Systems that npc runs on. The two kinds of Linux differ in their C library: glibc, or musl as in Alpine. */
export const labPlatform = z.enum(['linux', 'linux-musl', 'darwin', 'windows'])
export type LabPlatform = z.infer<typeof labPlatform>

/** `none`: a person started it. */
export const startKind = z.enum([...installKinds, 'none', 'unknown'])

export const labState = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('online'),
    sinceMs: instantMs,
    address: z.string(),
    version: z.string(),
    /** Set when this machine has taken the place of another one with the same key: both, in words. */
    takeover: z.object({ by: z.string(), from: z.string() }).optional(),
    /** As far as its server knows. */
    lastAbsence: absence.optional(),
  }),
  z.object({
    state: z.literal('offline'),
    sinceMs: instantMs.nullable(),
    /** As far as its server knows. */
    why: absenceReason.optional(),
  }),
  /** The server itself cannot be asked. */
  z.object({ state: z.literal('unknown'), sinceMs: instantMs.nullable() }),
  /** Added, but its agent was never seen. */
  z.object({ state: z.literal('waiting') }),
])
export type LabState = z.infer<typeof labState>

/** What npc on a lab box dials where its owner lets tunnels lead to the box alone. */
export const thisLabBoxOnly = '127.0.0.1,::1'

/**
 * All that npc on a lab box may dial for its server: names, addresses and networks with commas between, each with `:port` or
 * `:first-last` if need be, as its flag `-allow_target` reads them. Null: whatever the server asks for.
 */
export const allowTarget = z.string().trim().min(1).max(4096).nullable()

/** A folder of a lab box as npc's flag `-share` takes it, in a list with commas between. */
export const sharedFolder = z
  .string()
  .max(4096)
  .regex(/^\/[^,\p{Cc}]*$/u)

/** As a lab box's `npc status` shows it. */
export const agentKey = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/)

export const lab = z.object({
  id,
  serverId: id,
  name,
  address: sshAddress.nullable(),
  /** The host that the way to it leads through, if any. */
  jump: z.string().nullable(),
  hasSecret: z.boolean(),
  startKind,
  /** Who may sign in there, as its npc says; absent where it has not said. */
  account: z.string().optional(),
  /** What its owner lets it dial; each set-up and each line to paste passes it on. */
  allowTarget,
  /** Whether the npc there has it so; null where the app cannot know, as it has not set it up or has since shown a line. */
  allowTargetInForce: z.boolean().nullable(),
  /** Its address is that of its own SSH tunnel: whatever stops its npc cuts the session too. */
  byOwnTunnel: z.boolean().optional(),
  state: labState,
})
export type Lab = z.infer<typeof lab>
