import { z } from 'zod'

export const instantMs = z.number().int().nonnegative()
export const port = z.number().int().min(1).max(65535)
export const id = z.string().min(1).max(64)
export const maxNameLength = 64
export const name = z.string().trim().min(1).max(maxNameLength)
export const host = z.string().trim().min(1).max(253)

/** A port range, both ends included. */
export const portRange = z
  .object({ from: port, to: port })
  .refine(({ from, to }) => from <= to, 'the first port is above the last')
export type PortRange = z.infer<typeof portRange>
