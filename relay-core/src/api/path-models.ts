import * as z from 'zod'
import { relayFailure } from './relay-failure.ts'
import { instantMs, tunnelId } from './words/scalars.ts'

export const hopName = z.enum(['port', 'agent', 'target'])

/** One hop of a probe: `skipped` when an earlier hop failed, or when nothing can be asked there, as over UDP. */
export const probeHop = z.object({
  hop: hopName,
  state: z.enum(['ok', 'failed', 'skipped']),
  ms: z.number().nullable(),
  failure: relayFailure.nullable(),
})

export const probeResult = z.object({ tunnelId, atMs: instantMs, hops: z.array(probeHop) })
export type ProbeResult = z.infer<typeof probeResult>

/** One leg of the way from the laptop to a service. Null: nothing arrived in the time there is. */
export const legMeasurement = z.object({
  roundTripMs: z.number().nonnegative(),
  /** By how much round trips differ from one to the next. */
  variesMs: z.number().nonnegative(),
  /** Towards the laptop. */
  downBytesPerSecond: z.number().nonnegative().nullable(),
  upBytesPerSecond: z.number().nonnegative().nullable(),
})
export type LegMeasurement = z.infer<typeof legMeasurement>
