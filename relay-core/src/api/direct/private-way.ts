import * as z from 'zod/mini'

/** Why what passes a private tunnel goes by the relay. Log, `npc status` and screens have a sentence for each. */
export const byRelayReasons = [
  /** Nobody has come yet, or since the last link was idle: the next visit looks for a way. */
  'not-tried',
  'looking',
  /** The networks in between let nothing through; no closer cause is known. */
  'networks',
  /** The router of the visitor, or of the lab box, gives each destination another port. */
  'router-here',
  'router-there',
  /** The relay does not answer by UDP: either that is blocked on the way to it, or its UDP ports are closed. */
  'no-udp',
  /** The way that there was lets nothing through any more. */
  'silent',
  /** There is something that the relay has to see to: a limit, a quota, a list of addresses, several targets. */
  'limited',
  /** Switched off by the owner of the relay, of the lab box, or of the visitor. */
  'off-server',
  'off-lab',
  'off-here',
  /** The relay is on the visitor's own machine: no way is shorter. */
  'near',
  /** The lab box’s program, or the relay, knows of no direct links. */
  'older',
  /** Relay or lab box has as many links as it may, or was asked a moment ago. */
  'busy',
  /** Relay or lab box did not answer, or broke off. */
  'unanswered',
] as const

export type ByRelayReason = (typeof byRelayReasons)[number]

const instantMs = z.number()

/** Which way new connections of a private tunnel go, as its visitor knows it. Instants are milliseconds since 1970. */
export const privateWay = z.discriminatedUnion('way', [
  z.object({
    way: z.literal('direct'),
    sinceMs: instantMs,
    roundTripMs: z.number(),
    /** Connections that began by the relay and stay there until their end; left out: none. */
    older: z.optional(z.number()),
  }),
  z.object({
    way: z.literal('relay'),
    sinceMs: instantMs,
    reason: z.enum(byRelayReasons),
    /** When a way was last looked for; null: not yet. */
    triedAtMs: z.nullable(instantMs),
    /** From when on a visit looks again; null: with the next visit, or never. */
    againAtMs: z.nullable(instantMs),
    /** When it was last direct; null: not since the visitor began. */
    directAtMs: z.nullable(instantMs),
  }),
])
export type PrivateWay = z.infer<typeof privateWay>
