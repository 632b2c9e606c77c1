import * as z from 'zod'
import { instantMs } from '../words/scalars.ts'
import { printableText } from '../words/printable.ts'
import { maxWatches } from './watch-limits.ts'

/** Linux, `PID_MAX_LIMIT`. */
const maxPid = 4_194_304
/** What the relay is to tell by its webhook, once: it asks npc, also while no app runs. */
export const watchWish = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('process-ends'),
    pid: z.number().int().min(1).max(maxPid),
    /** Which process had that number: a later one is another. */
    startedAtMs: instantMs,
    /** For the message. */
    name: z.string().trim().min(1).max(200).regex(printableText),
  }),
  z.object({ kind: z.literal('gpus-free'), count: z.number().int().min(1).max(64) }),
])
export type WatchWish = z.infer<typeof watchWish>

export const watch = z.object({
  id: z.number().int().positive(),
  clientId: z.number().int().positive(),
  wish: watchWish,
  expiresAtMs: instantMs,
})
export type Watch = z.infer<typeof watch>

/** What npc answers about watched processes and the GPUs of its machine (spec/wire.md §5). */
export const watched = z.object({
  /** Those of the asked ones that are there. */
  processes: z
    .array(z.object({ pid: z.number().int().min(1).max(maxPid), startedAtMs: instantMs }))
    .max(maxWatches),
  /** Null: not asked, or no tool of a GPU's maker answers. */
  gpus: z
    .array(
      z.object({
        index: z.number().int().min(0).max(255),
        usePercent: z.number().min(0).max(100),
        usedBytes: z.number().int().nonnegative(),
      }),
    )
    .max(64)
    .nullable(),
})
export type Watched = z.infer<typeof watched>
