import * as z from 'zod'
import { clientLimits } from './limits.ts'
import { clientSettings } from './tunnel-settings.ts'
import { installKinds } from './words/install-kinds.ts'
import { clientId, displayName, instantMs, keptAsStored, keyFingerprint } from './words/scalars.ts'

/**
 * Why an agent is or was away, as far as its relay knows. `stopped`: it said goodbye, as when npc is stopped or its machine shut down. `lost`: nothing was heard
 * any more. `restarted`: the same, and a program that was started again has come back. `disabled`: its client was switched off.
 * `portal`: a login page of its network kept it away, as it tells when it is back; so never of one that is still away.
 */
export const absenceReason = z.enum(['stopped', 'lost', 'restarted', 'disabled', 'portal'])
export type AbsenceReason = z.infer<typeof absenceReason>

/** A time in which an agent was away, for half a minute or longer. */
export const absence = z.object({ sinceMs: instantMs, untilMs: instantMs, why: absenceReason })
export type Absence = z.infer<typeof absence>

/** The agent's link as the relay sees it. A reason or a start that only a newer relay knows is read as none: it hides no lab box. */
export const agentPresence = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('online'),
    sinceMs: instantMs,
    address: z.string(),
    version: z.string(),
    protocol: z.enum(['native', 'stock']),
    roundTripMs: z.number().nullable(),
    /** Of the agent's own key, as it says; stock agents have none. */
    fingerprint: keyFingerprint.optional(),
    /** The name of the machine, as it says; stock agents do not. */
    hostname: z.string().optional(),
    /** How the agent was started, as it reports; stock agents and older ones do not. */
    origin: z
      .object({
        /** What starts it; `none`: a person did. Null: something this version does not know. */
        start: z
          .enum(['none', ...installKinds])
          .nullable()
          .catch(null),
        /** The account of the person who installed or started it, to sign in with; empty where it is unknown. */
        account: z.string().regex(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})?$/),
      })
      .optional(),
    /** The machine that was online with the same key until this one came. */
    displaced: z
      .object({
        address: z.string(),
        hostname: z.string(),
        atMs: instantMs,
        /** When it last asked to come back, which shows that it still runs. Null if it has not asked. */
        askedAtMs: instantMs.nullable(),
      })
      .optional(),
    /** The last one since the relay was started; older relays leave it out. */
    lastAbsence: absence.optional().catch(undefined),
  }),
  /** `sinceMs` is null for a client that was never online. `why` is absent where the relay was started since, and for older relays. */
  z.object({
    state: z.literal('offline'),
    sinceMs: instantMs.nullable(),
    why: absenceReason.optional().catch(undefined),
  }),
])
export type AgentPresence = z.infer<typeof agentPresence>

/** A client: the account of one lab box. */
export const client = z.object({
  id: clientId,
  name: displayName,
  vkey: z.string(),
  enabled: z.boolean(),
  createdAtMs: instantMs,
  agent: agentPresence,
  tunnelCount: z.number().int(),
  /** Made by its own agent with `public_vkey`; removed when that agent has been away for ten minutes. */
  isTemporary: z.boolean(),
  settings: clientSettings,
  limits: clientLimits,
  /** Connections through all its tunnels now. */
  connections: z.number().int(),
  /** Bytes to visitors through all its tunnels, removed ones too, since creation. */
  downBytes: z.number().int(),
  /** Bytes to targets, likewise. */
  upBytes: z.number().int(),
  /** Both directions together since this month began (UTC); older relays leave it out. */
  monthBytes: z.number().int().optional(),
})
export type Client = z.infer<typeof client>

/** As a relay tells it in a list, also one that a later version has stored: see `keptTunnel`. */
export const keptClient = z.union([
  client,
  client.extend({ name: z.string(), settings: keptAsStored, limits: keptAsStored }),
])
