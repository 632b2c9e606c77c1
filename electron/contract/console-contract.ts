import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './desktop-models.ts'
import { failureData } from './failure.ts'

const base = oc.errors({ FAILED: { data: failureData } })

/** The web console of a server, signed in. */
export const consoleContract = {
  /**
   * An address that opens the console once, within a minute, without its password. Where the app can sign in to the server, and the
   * console has no encryption of its own, the way leads over ssh and stays open while it is used.
   */
  open: base.input(z.object({ serverId: id })).output(z.object({ url: z.url() })),
}
