import { guestPass } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { base, tunnelRef } from '../desktop-call.ts'
import { id, instantMs, name } from '../values.ts'

const passRef = z.object({ tunnelId: id, passId: guestPass.shape.id })

/** How long a revoked pass is offered back; the server keeps it longer. */
export const passUndoMs = 10_000

/** Who may use one tunnel until a time. */
export const guestPassesContract = {
  /**
   * `supported` is false where the server's nps is too old for them. `byAddress`: the tunnel lets in a list of addresses only, so
   * that a pass can be for one more. Revoked ones are listed as long as they can be restored.
   */
  list: base
    .input(tunnelRef)
    .output(z.object({ supported: z.boolean(), byAddress: z.boolean(), passes: z.array(guestPass) })),
  /** `line` is what the guest runs; it is not told again. Null for a pass of an address. */
  make: base
    .input(
      z.object({
        tunnelId: id,
        name,
        expiresAtMs: instantMs,
        address: z.union([z.ipv4(), z.ipv6()]).optional(),
      }),
    )
    .output(z.object({ pass: guestPass, line: z.string().nullable() })),
  /** Ends its connections at once; `restore` brings it back for a while. */
  revoke: base.input(passRef).output(guestPass),
  restore: base.input(passRef).output(guestPass),
}
