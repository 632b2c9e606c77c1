import * as z from 'zod'
import { printable } from './printable.ts'

/** Milliseconds since the Unix epoch. */
export const instantMs = z.number().int().nonnegative()
export const port = z.number().int().min(1).max(65535)
export const clientId = z.number().int().positive()
export const tunnelId = z.number().int().positive()

const onePort = /^(\d{1,5})(?:-(\d{1,5}))?$/

function isPortOrRange(text: string): boolean {
  const [, from, to = from] = onePort.exec(text) ?? []
  return (
    port.safeParse(Number(from)).success && Number(from) <= Number(to) && port.safeParse(Number(to)).success
  )
}

/** Ports in the stock syntax, `7000-9000,10001`; empty: every port. */
export const portList = z
  .string()
  .max(64 * 1024)
  .refine(
    (text) => text === '' || text.split(',').every(isPortOrRange),
    'expected ports such as 7000-9000,10001',
  )

export const maxDisplayNameLength = 64
/** Given by a person, or by an agent that brings its tunnels. */
export const displayName = z
  .string()
  .overwrite((text) => printable(text))
  .trim()
  .min(1)
  .max(maxDisplayNameLength)

/** SHA-256 of a relay's or agent's key, as `nps` prints it. */
export const keyFingerprint = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/)

/** Settings of which a later version alone understands all, as the relay has stored them. */
export const keptAsStored = z.record(z.string(), z.unknown())
