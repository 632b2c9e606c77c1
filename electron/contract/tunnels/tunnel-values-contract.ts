import { clientLimits, limits, targetAddress, tunnelSettings } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { base, labRef, nothing, tunnelRef } from '../desktop-call.ts'
import { tunnelKind, tunnelReach } from './tunnel-kinds.ts'
import { tunnelMaker } from './tunnel-models.ts'
import { id, instantMs, name, port } from '../values.ts'

/** All that a tunnel is made of, whatever its kind. */
export const tunnelValues = z.object({
  kind: tunnelKind,
  /** `laptop` for kinds that can be private only, see `canBePrivate`. */
  reach: tunnelReach,
  name,
  /** On the server, or on this laptop with the reach `laptop`. Left out: the next free one. */
  port: port.optional(),
  target: targetAddress,
  /** Without the password of a private tunnel, which the app keeps from the page. */
  settings: tunnelSettings.omit({ password: true }),
  limits,
})
export type TunnelValues = z.infer<typeof tunnelValues>

/** How many tunnels a range makes at most: each has its row, and is checked. */
export const maxRangeTunnels = 100

/** Several ports at once, each of them a tunnel that is called after its port. */
export const tunnelRange = tunnelValues.omit({ port: true, target: true }).extend({
  pairs: z
    .array(tunnelValues.pick({ port: true, target: true }))
    .min(2)
    .max(maxRangeTunnels),
})
export type TunnelRange = z.infer<typeof tunnelRange>

/** A tunnel as it is, for its form and for the use of its limits. */
export const tunnelDetails = tunnelValues.extend({
  madeBy: tunnelMaker,
  /** False for what its npc brings: that one is changed in its npc.conf, and what is changed here would be overwritten. */
  canEdit: z.boolean(),
  createdAtMs: instantMs,
  /** Both directions together since this month began (UTC); null from a server that does not tell. */
  monthBytes: z.number().nullable(),
  /** Of several targets those that are left out now, as they do not answer. */
  downTargets: z.array(z.string()),
})
export type TunnelDetails = z.infer<typeof tunnelDetails>

/** What a new tunnel of a lab box would get, for the form to say its address before there is one. */
export const tunnelPlace = z.object({
  /** The server's name or address, as visitors use it. */
  host: z.string(),
  /** The port that a new tunnel gets unless a person names another; null where none is free. */
  nextPort: port.nullable(),
  /** Where web addresses are visited; null while the server has no such port. */
  httpPort: port.nullable(),
  httpsPort: port.nullable(),
  /** At which address the server sees this laptop, for a list of addresses; null where it does not tell, or is on this laptop. */
  laptopAddress: z.string().nullable(),
  /** In place of it, where a gateway stands before the server: as whom the server sees this laptop, and others alike. */
  gatewayAddress: z.string().nullable(),
})
export type TunnelPlace = z.infer<typeof tunnelPlace>

/** The limits of a lab box, for all its tunnels together, and their use. */
export const labLimits = z.object({
  limits: clientLimits,
  connections: z.number().int(),
  tunnels: z.number().int(),
  /** As for a tunnel. */
  monthBytes: z.number().nullable(),
})
export type LabLimits = z.infer<typeof labLimits>

/** What is left out stays as it is; `settings` and `limits` replace the old ones as a whole. */
export const tunnelEdit = tunnelValues.omit({ kind: true }).partial().extend({ tunnelId: id })
export type TunnelEdit = z.infer<typeof tunnelEdit>

/** Tunnels of every kind with their settings and limits. */
export const tunnelValuesContract = {
  place: base.input(labRef).output(tunnelPlace),
  /** A port that is taken fails with a fix that names the next free one. */
  add: base.input(tunnelValues.extend(labRef.shape)).output(tunnelRef),
  /** All of them or none: those that were made before one fails are removed. */
  addRange: base.input(tunnelRange.extend(labRef.shape)).output(z.object({ tunnelIds: z.array(id) })),
  /** Removes at once what a form has only just added and is given up, without the time for Undo. */
  takeBack: base.input(z.object({ tunnelIds: z.array(id).max(maxRangeTunnels) })).output(nothing),
  read: base.input(tunnelRef).output(tunnelDetails),
  save: base.input(tunnelEdit).output(nothing),
  labLimits: {
    read: base.input(labRef).output(labLimits),
    save: base.input(labRef.extend({ limits: clientLimits })).output(nothing),
  },
}
