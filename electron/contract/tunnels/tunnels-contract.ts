import { z } from 'zod'
import { base, labRef, nothing, tunnelRef } from '../desktop-call.ts'
import { agentKey } from '../labs/lab-models.ts'
import { serviceKind, tunnelReach } from './tunnel-kinds.ts'
import { tunnel, directChoice } from './tunnel-models.ts'
import { instantMs, name, port } from '../values.ts'

/** Tunnels as most people make and use them; all that one can be made of is in `tunnelValues`. */
export const tunnelsContract = {
  /** One click: the kind's usual target, the next free open port. */
  addPreset: base
    .input(
      labRef.extend({
        kind: serviceKind,
        /** Without it: what the service is called in English. */
        name: name.optional(),
        port: port.optional(),
        /** Without it: this laptop alone for what has no encryption of its own, anyone for SSH. */
        reach: tunnelReach.optional(),
      }),
    )
    .output(tunnelRef),
  addTcp: base
    .input(
      labRef.extend({
        name,
        target: z.string(),
        port: port.optional(),
        reach: tunnelReach.default('anyone'),
      }),
    )
    .output(tunnelRef),
  /** With another `reach` the tunnel gets another port: `port`, else the next free one. */
  edit: base
    .input(
      tunnelRef.extend({
        name: name.optional(),
        reach: tunnelReach.optional(),
        port: port.optional(),
        target: z.string().optional(),
      }),
    )
    .output(nothing),
  start: base.input(tunnelRef).output(nothing),
  stop: base.input(tunnelRef).output(nothing),
  /** Stops at once, forgets after ten seconds; until then `undoRemove` brings it back. */
  remove: base.input(tunnelRef).output(z.object({ undoUntilMs: instantMs })),
  undoRemove: base.input(tunnelRef).output(nothing),
  /** Gives a private tunnel that was made elsewhere a port on this laptop. */
  useHere: base.input(tunnelRef).output(tunnelRef),
  /**
   * What the server has changed at it, or the key that its lab box proves now, is as the person wants it. Without
   * `agentKey` the lab box's key stays as it is.
   */
  acceptChange: base.input(tunnelRef.extend({ agentKey: agentKey.optional() })).output(nothing),
  check: base.input(tunnelRef).output(tunnel),
  /** Looks for the direct way of a private tunnel now, where there is none; not within 11 s of the last time. */
  tryDirect: base.input(tunnelRef).output(nothing),
  /** For new connections; those that are open go on as they are. */
  setDirect: base.input(tunnelRef.extend({ direct: directChoice })).output(nothing),
  /** The address with what it takes to get in, such as Jupyter's token when the app can read it. */
  openAddress: base.input(tunnelRef).output(z.object({ url: z.string(), hasToken: z.boolean() })),
  connections: base.input(tunnelRef).output(
    z.array(
      z.object({
        id: z.number().int(),
        visitor: z.string(),
        openedAtMs: instantMs,
        downBytes: z.number(),
        upBytes: z.number(),
      }),
    ),
  ),
}
