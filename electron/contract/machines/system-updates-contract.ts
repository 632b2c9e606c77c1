import { z } from 'zod'
import { base, serverRef } from '../desktop-call.ts'
import { instantMs } from '../values.ts'

export const systemUpdates = z.object({
  /** As the machine calls its system: `Ubuntu 22.04.5 LTS`. */
  system: z.string().min(1).max(80),
  /** Packages for which a security update waits. */
  packages: z.array(z.string().max(100)).max(200),
  /** When the machine itself last asked its sources; null where it does not tell. */
  listedAtMs: instantMs.nullable(),
  /** What whoever looks after the machine runs there; the app never does. */
  command: z.string(),
  atMs: instantMs,
})
export type SystemUpdates = z.infer<typeof systemUpdates>

/** Security updates of the system that wait on a server. */
export const systemUpdatesContract = {
  /**
   * What the machine's own package manager has on its list, read by ssh a few times a day at most. Null where it cannot be known: no sign-in
   * that works without a person, no apt or dnf, or no answer in time.
   */
  read: base.input(serverRef).output(z.object({ updates: systemUpdates.nullable() })),
}
