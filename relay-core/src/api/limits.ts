import * as z from 'zod'

const positive = z.number().int().positive()

/** An address or a network: `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`. */
export const networkRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])

/** Long enough for the networks of a whole campus; searched for each visitor. */
export const maxRanges = 1_000

/**
 * What visitors of a tunnel, or of all tunnels of a client, may use together. Whatever is left out has no limit.
 * Limits also apply to connections that are already open.
 */
export const limits = z.object({
  /** Bytes per second, both directions together. */
  rateBytesPerSecond: positive.optional(),
  /** Bytes per second to visitors. */
  downBytesPerSecond: positive.optional(),
  /** Bytes per second to the target. */
  upBytesPerSecond: positive.optional(),
  /** Total bytes since creation, both directions together; once they are used up, every connection ends. */
  quotaBytes: z.number().int().nonnegative().optional(),
  /**
   * Bytes in one calendar month (UTC), both directions together; once they are used up, every connection ends, and nobody is
   * let in before the next month. Relays up to 1.0 leave it out.
   */
  monthlyQuotaBytes: positive.optional(),
  maxConnections: positive.optional(),
  /** Milliseconds since the Unix epoch; from then on nobody is let in. */
  expiresAtMs: positive.optional(),
  /** Only visitors from these networks; left out or empty: everybody. */
  allow: z.array(networkRange).max(maxRanges).optional(),
  /** Nobody from these networks, allowed above or not. */
  deny: z.array(networkRange).max(maxRanges).optional(),
})
export type Limits = z.infer<typeof limits>

/** For a client: as above, for all its tunnels together. */
export const clientLimits = limits.extend({ maxTunnels: positive.optional() })
export type ClientLimits = z.infer<typeof clientLimits>
