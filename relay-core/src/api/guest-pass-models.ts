import * as z from 'zod'
import { clientId as positiveId, displayName, instantMs, tunnelId } from './words/scalars.ts'

/**
 * How a guest comes in. `line`: by a command of npc with a secret in it, encrypted from the guest's machine to the lab box;
 * for tunnels of the modes tcp and private. `address`: by the tunnel's own port, from one address, past the lists of those
 * who may; for tunnels that have such a list.
 */
export const passWay = z.enum(['line', 'address'])

/** One person's way into one tunnel, until a time. The secret of a line is shown when it is made, and never again. */
export const guestPass = z.object({
  id: positiveId,
  tunnelId,
  /** Whose it is, in the words of the person who made it. */
  name: displayName,
  way: passWay,
  /** Of the way `address`: the only one that may come; null for a line. */
  address: z.string().nullable(),
  createdAtMs: instantMs,
  expiresAtMs: instantMs,
  firstUsedAtMs: instantMs.nullable(),
  lastUsedAtMs: instantMs.nullable(),
  /** Where its guest last came from. */
  lastAddress: z.string().nullable(),
  /** Both directions together. */
  bytes: z.number().int().nonnegative(),
  /** Open now. */
  connections: z.number().int().nonnegative(),
  /** Revoked passes let nobody in; for a minute they can be restored, then they are forgotten. */
  revokedAtMs: instantMs.nullable(),
})
export type GuestPass = z.infer<typeof guestPass>

export const newGuestPass = z.object({
  tunnelId,
  name: displayName,
  /** Between now and 30 days from now. */
  expiresAtMs: instantMs,
  /** Of the guest; without it the pass is a line. */
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** The server's name as the asker knows it: it stands in the line. */
  host: z.string().min(1).max(253),
})
