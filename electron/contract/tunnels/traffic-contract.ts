import { trafficHistory } from '@nps-desktop/relay-core/api'
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, nothing } from '../desktop-call.ts'
import { id, instantMs } from '../values.ts'

/** What goes through the tunnels, now and before. */
export const trafficContract = {
  /** Rates of every tunnel, keyed by the app's tunnel id. */
  live: base.input(nothing).output(
    eventIterator(
      z.object({
        atMs: instantMs,
        tunnels: z.array(
          z.object({
            tunnelId: id,
            downBytesPerSecond: z.number(),
            upBytesPerSecond: z.number(),
            downBytes: z.number(),
            upBytes: z.number(),
            connections: z.number().int(),
          }),
        ),
      }),
    ),
  ),
  /** Of one tunnel, of those that a lab box has now, of all of one server, or of all servers together. */
  history: base
    .input(
      z.object({
        tunnelId: id.optional(),
        labId: id.optional(),
        serverId: id.optional(),
        range: z.enum(['hour', 'day', 'week', 'month']),
      }),
    )
    .output(trafficHistory),
}
