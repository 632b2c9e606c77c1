import { z } from 'zod'
import { base, jobRef, labRef, nothing, serverRef } from '../desktop-call.ts'
import { allowTarget, labPlatform, sharedFolder, thisLabBoxOnly } from './lab-models.ts'
import { machineAddress, sshSecret } from '../machines/ssh-models.ts'
import { id, instantMs, name } from '../values.ts'

/** The lab boxes of the servers: set up over ssh, or by a line that is pasted there. */
export const labsContract = {
  /** Remembers a lab box; `address` null: it will come by the pasted line. */
  add: base
    .input(
      serverRef.extend({
        name,
        address: machineAddress.nullable(),
        secret: sshSecret.optional(),
        allowTarget: allowTarget.default(thisLabBoxOnly),
      }),
    )
    .output(labRef),
  edit: base
    .input(
      labRef.extend({
        name: name.optional(),
        address: machineAddress.optional(),
        secret: sshSecret.optional(),
        /** In force once the box has been set up again, by the app or by a new line. */
        allowTarget: allowTarget.optional(),
      }),
    )
    .output(nothing),
  /** Adds targets, each `host:port`, to what the box may open; in force as with `edit`. Nothing where it has no limit. */
  allow: base.input(labRef.extend({ targets: z.array(z.string().max(300)).min(1).max(64) })).output(nothing),
  /** Lets the box show a folder by tunnels; in force as with `edit`. */
  share: base.input(labRef.extend({ folder: sharedFolder })).output(nothing),
  setup: base.input(labRef.extend({ sudoPassword: z.string().max(1024).optional() })).output(jobRef),
  /** `platform`: what the lab box runs, so that its server gets the program for it first. */
  invite: base.input(labRef.extend({ platform: labPlatform.default('linux') })).output(
    z.object({
      curl: z.string(),
      wget: z.string(),
      /** For Windows; null from a server whose nps does not know it. */
      powershell: z.string().nullable(),
      expiresAtMs: instantMs,
    }),
  ),
  remove: base.input(labRef.extend({ uninstall: z.boolean() })).output(z.object({ jobId: id.nullable() })),
}
