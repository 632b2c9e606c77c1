import * as z from 'zod'
import { limits } from './limits.ts'
import { tunnelModeNames } from './tunnel-modes.ts'
import { tunnelSettings } from './tunnel-settings.ts'
import { relayFailure } from './relay-failure.ts'
import { clientId, displayName, instantMs, keptAsStored, port, tunnelId } from './words/scalars.ts'

export const tunnelMode = z.enum(tunnelModeNames)

const oneTarget = '(\\[[0-9a-fA-F:.%]+\\]|[^\\s\\p{C}:/,[\\]]{1,253}):\\d{1,5}'

/**
 * `host:port`, as the agent dials it; an IPv6 host in brackets. Several, used round robin, separated by commas.
 * Empty in the modes where the visitor says where to go, and for files.
 */
export const targetAddress = z
  .string()
  .trim()
  .max(4096)
  .regex(new RegExp(`^(${oneTarget}(,${oneTarget}){0,63})?$`, 'u'), 'expected host:port')

/** The server's listening port: open, stopped by a person, or failed to open. */
export const tunnelState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('listening') }),
  z.object({ state: z.literal('stopped') }),
  z.object({ state: z.literal('failed'), failure: relayFailure }),
])
export type TunnelState = z.infer<typeof tunnelState>

export const tunnel = z.object({
  id: tunnelId,
  clientId,
  name: displayName,
  mode: tunnelMode,
  /** The port on the server; null in the modes without one, host and private. */
  port: port.nullable(),
  target: targetAddress,
  /** Those of several targets that are left out now because they are unhealthy. */
  downTargets: z.array(z.string()),
  settings: tunnelSettings,
  limits,
  /** `agent`: its npc brought it and removes it; null: a person made it. */
  pushedBy: z.enum(['agent']).nullable(),
  /** What a person switched on or off; kept over restarts. */
  enabled: z.boolean(),
  createdAtMs: instantMs,
  status: tunnelState,
  connections: z.number().int(),
  /** Bytes to the visitor, since creation. */
  downBytes: z.number().int(),
  /** Bytes to the target, since creation. */
  upBytes: z.number().int(),
  /** Both directions together since this month began (UTC); older relays leave it out. */
  monthBytes: z.number().int().optional(),
})
export type RelayTunnel = z.infer<typeof tunnel>

/**
 * As a relay tells it in a list, also one that a later version has stored: of a mode, with a target or a setting that this one does not know. It keeps such
 * a tunnel, does not open one of an unknown mode, and tells the rest as it stands, so that only who can read all of it takes it.
 */
export const keptTunnel = z.union([
  tunnel,
  tunnel.extend({
    name: z.string(),
    mode: z.string(),
    target: z.string(),
    settings: keptAsStored,
    limits: keptAsStored,
  }),
])
