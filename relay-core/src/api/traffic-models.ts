import * as z from 'zod'
import { instantMs, tunnelId } from './words/scalars.ts'

export const connection = z.object({
  id: z.number().int(),
  tunnelId,
  visitor: z.string(),
  openedAtMs: instantMs,
  downBytes: z.number().int(),
  upBytes: z.number().int(),
})
export type Connection = z.infer<typeof connection>

/** One second of traffic of one tunnel. */
export const liveTraffic = z.object({
  atMs: instantMs,
  tunnels: z.array(
    z.object({
      tunnelId,
      downBytesPerSecond: z.number(),
      upBytesPerSecond: z.number(),
      downBytes: z.number().int(),
      upBytes: z.number().int(),
      connections: z.number().int(),
    }),
  ),
})
export type LiveTraffic = z.infer<typeof liveTraffic>

/** A point covers `[atMs, atMs + periodMs)`. Null bytes: the relay was not running, so nothing is known. */
export const trafficHistory = z.object({
  periodMs: z.number().int(),
  points: z.array(
    z.object({ atMs: instantMs, downBytes: z.number().nullable(), upBytes: z.number().nullable() }),
  ),
})
export type TrafficHistory = z.infer<typeof trafficHistory>
