import { z } from 'zod'
import { id, instantMs } from '../values.ts'

/** One line each in the locale's `activity`; params: `server`, `lab`, `tunnel`, `guest` (names), `address`, `stop`, `version` and `reason` (an error code). */
export const activityCodes = [
  'server-added',
  'server-removed',
  'server-online',
  'server-offline',
  'lab-added',
  'lab-removed',
  'lab-online',
  'lab-offline',
  'tunnel-added',
  'tunnel-removed',
  'tunnel-ready',
  'tunnel-broken',
  'tunnel-paused',
  'guest-pass-made',
  'guest-pass-revoked',
  'guest-pass-restored',
  'guest-came',
  'setup-done',
  'setup-failed',
  'lab-setup-done',
  'lab-setup-failed',
  'nps-updated',
  'nps-update-undone',
  'nps-update-failed',
  'npc-updated',
  'npc-update-undone',
  'npc-update-failed',
] as const
export type ActivityCode = (typeof activityCodes)[number]

export const activityEvent = z.object({
  id: z.number().int(),
  atMs: instantMs,
  tone: z.enum(['ok', 'warn', 'bad', 'info']),
  code: z.enum(activityCodes),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  serverId: id.nullable(),
  labId: id.nullable(),
  tunnelId: id.nullable(),
})
export type ActivityEvent = z.infer<typeof activityEvent>
