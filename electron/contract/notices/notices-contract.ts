import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { absenceReason } from '@nps-desktop/relay-core/api'
import { base, labRef, nothing } from '../desktop-call.ts'
import { id, instantMs } from '../values.ts'

const text = z.string().max(300)
const ms = z.number().nonnegative()
const whole = z.number().int().nonnegative()

/** Where a click on a notification leads, and what is not told while it is in front. */
export const noticePage = z.discriminatedUnion('name', [
  z.object({ name: z.literal('home') }),
  z.object({ name: z.literal('server'), serverId: id }),
  z.object({ name: z.literal('lab'), labId: id }),
  z.object({ name: z.literal('tunnel'), tunnelId: id }),
])
export type NoticePage = z.infer<typeof noticePage>

/** What is told: a sentence about a named thing. */
export const noticeEvent = z.discriminatedUnion('code', [
  /** `tunnels`: how many wait for it. */
  z.object({ code: z.literal('server-away'), server: text, sinceMs: instantMs, tunnels: whole }),
  z.object({ code: z.literal('server-back'), server: text, awayMs: ms, tunnels: whole }),
  /** `why`: as far as its server knows. */
  z.object({
    code: z.literal('lab-away'),
    lab: text,
    sinceMs: instantMs,
    tunnels: whole,
    why: absenceReason.optional(),
  }),
  z.object({
    code: z.literal('lab-back'),
    lab: text,
    awayMs: ms,
    tunnels: whole,
    why: absenceReason.optional(),
  }),
  /** `isRefused`: nothing listens there. */
  z.object({
    code: z.literal('service-gone'),
    service: text,
    lab: text,
    target: text,
    awayMs: ms,
    isRefused: z.boolean(),
  }),
  z.object({ code: z.literal('service-back'), service: text, lab: text, awayMs: ms }),
  /** `exitCode` as a shell has it; null where nobody can know it. */
  z.object({
    code: z.literal('process-ended'),
    process: text,
    lab: text,
    exitCode: z.number().int().nullable(),
    ranMs: ms,
    freeGpus: z.array(whole),
  }),
  z.object({ code: z.literal('gpus-free'), lab: text, gpus: z.array(whole) }),
  z.object({ code: z.literal('disk-over'), lab: text, mount: text, percent: whole }),
  z.object({ code: z.literal('memory-over'), lab: text, percent: whole }),
  /** `of`: the tunnel or lab box whose quota it is. */
  z.object({ code: z.literal('quota-near'), of: text, percent: whole, usedBytes: ms, quotaBytes: ms }),
])
export type NoticeEvent = z.infer<typeof noticeEvent>

/** One notification. A later one with the same cause takes its place. */
export const notice = z.object({
  id: whole,
  cause: z.string(),
  atMs: instantMs,
  page: noticePage,
  /** Several: what happened in quiet hours, as one. */
  events: z.array(noticeEvent).min(1),
})
export type Notice = z.infer<typeof notice>

/** What a person wants to be told of one lab box, once. */
export const alertWish = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('process-ends'),
    pid: z.number().int().positive(),
    startedAtMs: instantMs,
    name: text,
  }),
  z.object({ kind: z.literal('gpus-free'), count: z.number().int().min(1).max(64) }),
  z.object({ kind: z.literal('disk-over'), mount: text, percent: z.number().int().min(1).max(100) }),
  z.object({ kind: z.literal('memory-over'), percent: z.number().int().min(1).max(100) }),
])
export type AlertWish = z.infer<typeof alertWish>

/**
 * Whether the server tells it by its webhook, so that it is told with this computer off; or why not: it has no webhook, its nps or the
 * lab box's npc is too old, npc was started with -discover=false, does not see the process or a GPU there, or one of them could not be asked.
 */
export const toldClosed = z.enum([
  'yes',
  'no-webhook',
  'nps-old',
  'npc-old',
  'npc-off',
  'not-seen',
  'unreachable',
])
export type ToldClosed = z.infer<typeof toldClosed>

/** A wish that is on; it goes when it has been told. */
export const labAlert = z.object({
  id,
  labId: id,
  wish: alertWish,
  /** Absent until it is known, and of what only this app sees. */
  toldClosed: toldClosed.optional(),
})
export type LabAlert = z.infer<typeof labAlert>

/** Notifications, and what a person has asked to be told of a lab box. */
export const noticesContract = {
  /** Each new one; what was told before is not told again. */
  watch: base.input(nothing).output(eventIterator(notice)),
  /** For as long as it is open, this page is what the front window shows. */
  lookAt: base.input(z.object({ page: noticePage })).output(eventIterator(nothing)),
  alerts: {
    watch: base.input(labRef).output(eventIterator(z.array(labAlert))),
    add: base.input(z.object({ labId: id, wish: alertWish })).output(z.object({ alertId: id })),
    remove: base.input(z.object({ alertId: id })).output(nothing),
  },
}
