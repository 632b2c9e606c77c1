import { z } from 'zod'

/** What the screen can offer as the next step; one button each. `renderer/src/failures/fixes.ts` says who does which. */
export const fix = z.discriminatedUnion('action', [
  z.object({ action: z.literal('retry') }),
  z.object({ action: z.literal('edit-address') }),
  z.object({ action: z.literal('enter-secret') }),
  /** The machine asks for what the app does not have: opens a session with the person there to answer. */
  z.object({ action: z.literal('sign-in'), labId: z.string() }),
  z.object({ action: z.literal('enter-sudo-password') }),
  z.object({ action: z.literal('install-without-root') }),
  z.object({ action: z.literal('accept-host-key'), fingerprint: z.string() }),
  /** What the server has changed at a tunnel is wanted; with `agentKey`, that the lab box proves this one from now on. */
  z.object({ action: z.literal('accept-change'), agentKey: z.string().optional() }),
  /** Starts nps by ssh. */
  z.object({ action: z.literal('restart-relay') }),
  /** Sets our nps up on the same machine, beside the stock one. */
  z.object({ action: z.literal('set-up-beside') }),
  /** Back to this laptop alone. */
  z.object({ action: z.literal('keep-private') }),
  /** Lets the lab box dial these targets besides what it may dial at that moment, and sets it up so. */
  z.object({ action: z.literal('allow-target'), labId: z.string(), targets: z.array(z.string()).min(1) }),
  /** Lets the lab box show this folder besides those that it shows, and sets it up so. */
  z.object({ action: z.literal('share-folder'), labId: z.string(), folder: z.string() }),
  /** Leads to where the program is brought up to date, with what that costs: the page of its server. */
  z.object({ action: z.literal('update'), program: z.enum(['nps', 'npc']), serverId: z.string() }),
  z.object({ action: z.literal('use-port'), port: z.number().int() }),
  z.object({ action: z.literal('open-host-firewall') }),
  z.object({ action: z.literal('open-url'), url: z.string(), label: z.string() }),
  z.object({ action: z.literal('start-service'), command: z.string() }),
  z.object({ action: z.literal('copy'), text: z.string() }),
])
export type Fix = z.infer<typeof fix>
