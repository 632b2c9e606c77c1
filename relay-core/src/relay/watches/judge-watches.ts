import { gpuRest } from '../../api/webhook/watch-limits.ts'
import type { Watch, Watched } from '../../api/webhook/watch-models.ts'
import type { WebhookEvent } from '../webhook/event.ts'

/** By GPU: since when it is at rest. */
export type Resting = ReadonlyMap<number, number>

/** npc reads the start in whole ticks and the app in whole seconds, and clocks are set right now and then. */
const startToleranceMs = 30_000

/** Which GPUs rest, given a new answer. */
export function nextResting(before: Resting, { gpus }: Watched, nowMs: number): Resting {
  return new Map(
    (gpus ?? [])
      .filter(({ usePercent, usedBytes }) => usePercent < gpuRest.usePercent && usedBytes < gpuRest.usedBytes)
      .map(({ index }) => [index, before.get(index) ?? nowMs]),
  )
}

/** What is to be told of a watch; null: not yet. Pure. */
export function eventOfWatch(
  { wish }: Pick<Watch, 'wish'>,
  { lab, answer, resting, nowMs }: { lab: string; answer: Watched; resting: Resting; nowMs: number },
): WebhookEvent | null {
  if (wish.kind === 'process-ends') {
    const isThere = hasProcess(wish, answer)
    const ranMs = Math.max(0, nowMs - wish.startedAtMs)
    return isThere ? null : { event: 'process-ended', process: wish.name, lab, ranMs }
  }
  const free = [...resting].filter(([, sinceMs]) => nowMs - sinceMs >= gpuRest.forMs).map(([index]) => index)
  return free.length < wish.count ? null : { event: 'gpus-free', lab, gpus: free.toSorted((a, b) => a - b) }
}

/** The process itself, not a later one with its number. */
export function hasProcess(
  { pid, startedAtMs }: { readonly pid: number; readonly startedAtMs: number },
  { processes }: Pick<Watched, 'processes'>,
): boolean {
  return processes.some(
    (one) => one.pid === pid && Math.abs(one.startedAtMs - startedAtMs) <= startToleranceMs,
  )
}
