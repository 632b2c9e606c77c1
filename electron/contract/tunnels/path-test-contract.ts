import { legMeasurement } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { base, tunnelRef } from '../desktop-call.ts'
import { failure } from '../failures/failure.ts'
import { instantMs } from '../values.ts'

/** Laptop to server, server to lab box, lab box to service. */
export const pathLegNames = ['server', 'lab', 'service'] as const
export type PathLegName = (typeof pathLegNames)[number]

export const pathLeg = z.object({
  leg: z.enum(pathLegNames),
  /** Null where it is not known; of the last leg only the round trip is. */
  measured: legMeasurement.nullable(),
  /** Why it is not known. */
  failure: failure.nullable(),
})
export type PathLeg = z.infer<typeof pathLeg>

/** The way past the server. */
export const directLeg = z.object({
  /** Null: it fell silent meanwhile. */
  measured: z
    .object({
      roundTripMs: z.number().nonnegative(),
      /** Of the packets, from 0 to 1. */
      lostPart: z.number().min(0).max(1),
      /** To the lab box; the other direction is not measured. */
      upBytesPerSecond: z.number().nonnegative(),
    })
    .nullable(),
})
export type DirectLeg = z.infer<typeof directLeg>

export const pathTest = z.object({
  atMs: instantMs,
  legs: z.array(pathLeg),
  /** Null where there is none. */
  direct: directLeg.nullable(),
  /** At most one. */
  slow: z.enum(pathLegNames).nullable(),
})
export type PathTest = z.infer<typeof pathTest>

export const pathTestContract = {
  /** Takes up to 6 s and moves up to 8 MB through the server, and for a second as much directly; two at a time are one. */
  run: base.input(tunnelRef).output(pathTest),
}
