import type { Client, RelayTunnel } from '@nps-desktop/relay-core/api'
import type { ToldNotice } from './told-notice.ts'

/** In percent of a quota: time to look, and too late. */
const thresholds = [100, 80] as const

/** The highest threshold that each quota had reached when it was last looked at, by its cause. */
export type ReachedQuotas = ReadonlyMap<string, number>

/** What a relay limits by a quota, with its use. */
export interface Metered {
  readonly serverId: string
  readonly clients: readonly Client[]
  readonly tunnels: readonly RelayTunnel[]
}

/**
 * The quotas that have come to 80 % or 100 % since the last look. Pure. What was there at the first look is no news; a quota
 * that was raised can be reached again.
 */
export function nextQuotas(
  reached: ReachedQuotas | undefined,
  { serverId, clients, tunnels }: Metered,
  names: {
    lab(clientId: number): string
    tunnelId(relayTunnelId: number): string
    labId(clientId: number): string | null
  },
): { reached: ReachedQuotas; told: ToldNotice[] } {
  const next = new Map<string, number>()
  const told: ToldNotice[] = []
  const look = (one: {
    cause: string
    of: string
    page: ToldNotice['page']
    quotaBytes: number | undefined
    usedBytes: number
  }): void => {
    const { cause, of, page, quotaBytes, usedBytes } = one
    if (!quotaBytes) return
    const share = (100 * usedBytes) / quotaBytes
    const percent = thresholds.find((threshold) => share >= threshold) ?? 0
    next.set(cause, percent)
    const before = reached?.get(cause)
    if (before !== undefined && percent > before)
      told.push({ cause, page, event: { code: 'quota-near', of, percent, usedBytes, quotaBytes } })
  }
  for (const { id, limits, downBytes, upBytes } of clients) {
    const labId = names.labId(id)
    look({
      cause: `quota of client ${serverId} ${id}`,
      of: names.lab(id),
      page: labId === null ? { name: 'server', serverId } : { name: 'lab', labId },
      quotaBytes: limits.quotaBytes,
      usedBytes: downBytes + upBytes,
    })
  }
  for (const { id, name, clientId, limits, downBytes, upBytes } of tunnels) {
    look({
      cause: `quota of tunnel ${serverId} ${id}`,
      of: `${name} (${names.lab(clientId)})`,
      page: { name: 'tunnel', tunnelId: names.tunnelId(id) },
      quotaBytes: limits.quotaBytes,
      usedBytes: downBytes + upBytes,
    })
  }
  return { reached: next, told }
}
