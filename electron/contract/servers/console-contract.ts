import { z } from 'zod'
import { base, serverRef } from '../desktop-call.ts'

/** The web console of a server, signed in. */
export const consoleContract = {
  /**
   * An address that opens the console once, within a minute, without its password. Where the console has no encryption of its own,
   * or listens on its own machine only, the way leads over ssh and stays open while it is used; `console-needs-sign-in` where no
   * sign-in is kept for that, since the pass is sent over no network in clear.
   */
  open: base.input(serverRef).output(z.object({ url: z.url() })),
}
