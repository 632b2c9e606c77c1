import { directChoices, privateWay, tunnelMode } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { failure } from '../failures/failure.ts'
import { tunnelKind, tunnelReach } from './tunnel-kinds.ts'
import { id, instantMs, name, port } from '../values.ts'

export const stopNames = ['laptop', 'server', 'port', 'lab', 'service'] as const

/** One of the five stops; `ms` is the time of the link into it. */
export const stop = z.object({
  name: z.enum(stopNames),
  state: z.enum(['ok', 'failed', 'unknown', 'checking']),
  ms: z.number().nullable(),
  failure: failure.nullable(),
})
export type Stop = z.infer<typeof stop>

/** Ready means: all five stops answered within the last 30 s. */
export const tunnelStatus = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), checkedAtMs: instantMs, ms: z.number() }),
  /** Every stop that can be asked has answered; over UDP a service need not, so nothing is known of it. */
  z.object({ state: z.literal('unproved'), checkedAtMs: instantMs }),
  z.object({ state: z.literal('checking'), sinceMs: instantMs }),
  z.object({ state: z.literal('broken'), stop: z.enum(stopNames), sinceMs: instantMs, failure }),
  z.object({ state: z.literal('paused') }),
  z.object({ state: z.literal('unknown'), sinceMs: instantMs }),
])
export type TunnelStatus = z.infer<typeof tunnelStatus>

/** `app`: this one; `agent`: its npc, from npc.conf; `elsewhere`: the web console, a command line, or another laptop's app. */
export const tunnelMaker = z.enum(['app', 'agent', 'elsewhere'])
export type TunnelMaker = z.infer<typeof tunnelMaker>

/** Whether a private tunnel may go past its server where the networks allow it; `guess`: also by trying ports at random. */
export const directChoice = z.enum(directChoices)
export type { DirectChoice } from '@nps-desktop/relay-core/api'

export const tunnel = z.object({
  id,
  serverId: id,
  labId: id,
  kind: tunnelKind,
  /** Left out: this app. */
  madeBy: tunnelMaker.optional(),
  reach: tunnelReach,
  name,
  /** On the server; with the reach `laptop`, on this laptop; of a web address, the port that all of them share. */
  port,
  /** `host:port`, or several with commas between; empty where whoever comes says where to go, and for folders. */
  target: z.string(),
  /** What a person copies or opens: `ssh -p 7001 user@host` or `http://host:7002`; without secrets. Empty: none that works. */
  address: z.string(),
  status: tunnelStatus,
  stops: z.array(stop),
  /** With the reach `laptop`: which way its connections go, as long as this laptop has a port for it. */
  way: z.optional(privateWay),
  /** Left out: `yes`. */
  direct: directChoice.optional(),
  connections: z.number().int(),
  downBytes: z.number(),
  upBytes: z.number(),
})
export type Tunnel = z.infer<typeof tunnel>

/** One without a port that this app can try, mostly a private tunnel that was made elsewhere: it has no row with five stops. */
export const otherTunnel = z.object({
  id,
  serverId: id,
  labId: id,
  name,
  mode: tunnelMode,
  /** On the server; null in the modes that have none of their own. */
  port: port.nullable(),
  target: z.string(),
  enabled: z.boolean(),
  /** It could be used from this laptop alone, as `tunnels.useHere` does. */
  canUseHere: z.boolean(),
})
export type OtherTunnel = z.infer<typeof otherTunnel>
