import { relayStatus } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { failure } from '../failures/failure.ts'
import { sshAddress } from '../machines/ssh-models.ts'
import { host, id, instantMs, name, port, portRange } from '../values.ts'

/** Of the key that `nps connect` prints; nps makes longer ones. */
export const minAdminKeyLength = 16

/** One port of a server as it answered this laptop: `refused` means that the machine is there and nobody listens. */
export const portTry = z.object({
  what: z.enum(['bridge', 'ssh']),
  port,
  answer: z.enum(['accepted', 'refused', 'prohibited', 'silent', 'no-network']),
  ms: z.number(),
})
export type PortTry = z.infer<typeof portTry>

/** The link from this laptop to a server's relay API. */
export const link = z.discriminatedUnion('state', [
  z.object({ state: z.literal('online'), sinceMs: instantMs, roundTripMs: z.number().nullable() }),
  /** Not there for less than 20 s, which says little yet. */
  z.object({ state: z.literal('checking'), sinceMs: instantMs }),
  /**
   * Not there for longer. `failure` is the last reason and stays while it is tried again; `retryAtMs` is null while a try goes
   * on. `answering`: it is back, but for less than 10 s.
   */
  z.object({
    state: z.literal('away'),
    sinceMs: instantMs,
    retryAtMs: instantMs.nullable(),
    answering: z.boolean(),
    failure,
    /** What else of the server was tried. */
    tried: z.array(portTry),
  }),
  /** It is not tried again by itself: a person has to change something first. */
  z.object({ state: z.literal('failed'), failure }),
  /** Added, but not set up yet: the wizard goes on from here. */
  z.object({ state: z.literal('not-set-up') }),
])
export type Link = z.infer<typeof link>

/** What the provider of a server gives for the rent, as the person has said; null: not said. */
export const serverPlan = z.object({
  /** In a calendar month. */
  monthBytes: z.number().int().positive().nullable(),
  lineBytesPerSecond: z.number().int().positive().nullable(),
})
export type ServerPlan = z.infer<typeof serverPlan>

/** Where the relay of a server is, how it is known, and the ports of its tunnels. */
export const serverRelay = z.object({
  host,
  bridgePort: port,
  fingerprint: z.string(),
  version: z.string().nullable(),
  range: portRange,
})

const count = z.number().int().nonnegative()

export const server = z.object({
  id,
  name,
  address: sshAddress.nullable(),
  /** The sign-in is kept on this computer; false for a server connected by key only. */
  hasSecret: z.boolean(),
  relay: serverRelay.nullable(),
  link,
  /** What it said of itself last, and when; null before it ever did. */
  last: z.object({ status: relayStatus, atMs: instantMs }).nullable(),
  plan: serverPlan.optional(),
  /** How many things there are of a newer kind than this app can read; left out: none. */
  unread: z.object({ labs: count, tunnels: count, passes: count }).optional(),
  local: z.boolean(),
})
export type Server = z.infer<typeof server>
