import type { WebhookEvent } from './event.ts'
import type { Seen, SeenPass } from './seen.ts'

/** Who has come for the first time, and whose time is over; what a person has revoked or removed is not told. Pure. */
export function nextGuests(
  before: ReadonlyMap<number, SeenPass> | null,
  { clients, tunnels, passes }: Pick<Seen, 'clients' | 'tunnels' | 'passes'>,
  nowMs: number,
): { passes: ReadonlyMap<number, SeenPass>; events: WebhookEvent[] } {
  const now = new Map(passes.map((pass) => [pass.id, pass]))
  const events: WebhookEvent[] = []
  const placeOf = ({ tunnelId }: SeenPass) => {
    const tunnel = tunnels.find(({ id }) => id === tunnelId)
    const lab = clients.find(({ id }) => id === tunnel?.clientId)
    return tunnel && lab && { service: tunnel.name, lab: lab.name }
  }
  for (const pass of before ? passes : []) {
    const place = placeOf(pass)
    const cameNow = pass.firstUsedAtMs !== null && (before?.get(pass.id)?.firstUsedAtMs ?? null) === null
    if (!place || !cameNow || pass.revokedAtMs !== null) continue
    events.push({ event: 'guest-came', guest: pass.name, address: pass.lastAddress ?? '?', ...place })
  }
  for (const pass of before?.values() ?? []) {
    const place = placeOf(pass)
    const isOver = !now.has(pass.id) && pass.revokedAtMs === null && pass.expiresAtMs <= nowMs
    if (place && isOver)
      events.push({
        event: 'guest-pass-over',
        guest: pass.name,
        wasUsed: pass.firstUsedAtMs !== null,
        ...place,
      })
  }
  return { passes: now, events }
}
