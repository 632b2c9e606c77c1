import type { Limits } from '../../api/limits.ts'
import type { WebhookEvent } from './event.ts'
import type { Seen } from './seen.ts'

/** In percent. */
const levels = [100, 80]

interface Quota {
  readonly key: string
  readonly of: string
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly isMonthly: boolean
}

/** Each level is told once; a raised quota or a new month starts over. Pure. */
export function nextQuotas(
  before: ReadonlyMap<string, number>,
  { clients, tunnels }: Pick<Seen, 'clients' | 'tunnels'>,
): { levels: ReadonlyMap<string, number>; events: WebhookEvent[] } {
  const quotas = [
    ...clients.filter(({ isTemporary }) => !isTemporary).flatMap((one) => quotasOf('lab', one)),
    ...tunnels.flatMap((one) => quotasOf('tunnel', one)),
  ]
  const now = new Map<string, number>()
  const events: WebhookEvent[] = []
  for (const { key, ...quota } of quotas) {
    const percent = quota.quotaBytes === 0 ? 100 : Math.floor((quota.usedBytes / quota.quotaBytes) * 100)
    const level = levels.find((one) => percent >= one) ?? 0
    if (level > 0) now.set(key, level)
    if (level > (before.get(key) ?? 0))
      events.push({ event: 'quota', percent: Math.min(percent, 100), ...quota })
  }
  return { levels: now, events }
}

function quotasOf(
  kind: 'lab' | 'tunnel',
  one: {
    readonly id: number
    readonly name: string
    readonly limits: Limits
    readonly downBytes: number
    readonly upBytes: number
    readonly monthBytes?: number | undefined
  },
): Quota[] {
  const { quotaBytes, monthlyQuotaBytes } = one.limits
  const all = { of: one.name, usedBytes: one.downBytes + one.upBytes, isMonthly: false }
  const month = { of: one.name, usedBytes: one.monthBytes ?? 0, isMonthly: true }
  return [
    ...(quotaBytes === undefined ? [] : [{ key: `${kind} ${one.id} all`, quotaBytes, ...all }]),
    ...(monthlyQuotaBytes === undefined
      ? []
      : [{ key: `${kind} ${one.id} month`, quotaBytes: monthlyQuotaBytes, ...month }]),
  ]
}
