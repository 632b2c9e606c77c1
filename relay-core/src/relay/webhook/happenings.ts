import type { Client } from '../../api/client-models.ts'
import type { Tunnel } from '../../api/relay-tunnel-models.ts'
import type { WebhookEvent } from './event.ts'
import { nextGuests, type SeenPass } from './guests.ts'
import { nextQuotas } from './quotas.ts'

/** What the relay knows at one moment. */
export interface Seen {
  readonly clients: readonly Pick<
    Client,
    'id' | 'name' | 'enabled' | 'isTemporary' | 'agent' | 'limits' | 'downBytes' | 'upBytes' | 'monthBytes'
  >[]
  readonly tunnels: readonly Pick<
    Tunnel,
    'id' | 'clientId' | 'name' | 'enabled' | 'downTargets' | 'limits' | 'downBytes' | 'upBytes' | 'monthBytes'
  >[]
  readonly passes: readonly SeenPass[]
}

interface Absence {
  readonly sinceMs: number
  readonly isTold: boolean
}

/** What is remembered from one look to the next. By `lab 3`, `service 7`. */
export interface Watched {
  readonly absences: ReadonlyMap<string, Absence>
  /** Within the last hour. */
  readonly toldAtMs: ReadonlyMap<string, number>
  /** Only what has been seen at work can go. */
  readonly wasFine: ReadonlySet<string>
  /** The highest level of each quota that has been told, in percent. */
  readonly quotas: ReadonlyMap<string, number>
  /** Null before the first look: what was there then is no news. */
  readonly passes: ReadonlyMap<number, SeenPass> | null
}

export const nothingWatched: Watched = {
  absences: new Map(),
  toldAtMs: new Map(),
  wasFine: new Set(),
  quotas: new Map(),
  passes: null,
}

/** A link that is back sooner has not been missed. */
export const toldAfterMs = 60_000
/** So long it has to last before it is called back. */
const backAfterMs = 10_000
/** The same thing is not told again sooner: a line that comes and goes is one message, and one more when it stays away. */
export const notAgainWithinMs = 3_600_000

interface Thing {
  readonly key: string
  /** `off`: a person has switched it off. `unknown`: nothing can be said now. */
  readonly state: 'fine' | 'away' | 'off' | 'unknown'
  /** Of `fine` and `away`, where it is known. */
  readonly sinceMs: number | null
  readonly away: (sinceMs: number) => WebhookEvent
  readonly back: (awayMs: number) => WebhookEvent
}

/** What has happened since the last look, and what to remember for the next. Pure. `calmUntilMs`: until then nothing counts as away, because agents are only coming. */
export function nextHappenings(
  before: Watched,
  seen: Seen,
  { nowMs, calmUntilMs }: { nowMs: number; calmUntilMs: number },
): { watched: Watched; events: WebhookEvent[] } {
  const events: WebhookEvent[] = []
  const absences = new Map<string, Absence>()
  const wasFine = new Set<string>()
  const toldAtMs = new Map([...before.toldAtMs].filter(([, atMs]) => nowMs - atMs < notAgainWithinMs))
  for (const { key, state, sinceMs, away, back } of thingsIn(seen)) {
    const absence = before.absences.get(key)
    const wasFineBefore = before.wasFine.has(key) || absence !== undefined
    if (state === 'off') continue
    if (wasFineBefore || state === 'fine') wasFine.add(key)
    if (state === 'fine') {
      if (!absence?.isTold) continue
      if (sinceMs !== null && nowMs - sinceMs < backAfterMs) absences.set(key, absence)
      else events.push(back((sinceMs ?? nowMs) - absence.sinceMs))
    } else if (state === 'unknown') {
      if (absence) absences.set(key, absence)
    } else if (wasFineBefore) {
      const since = absence?.isTold ? absence.sinceMs : (sinceMs ?? absence?.sinceMs ?? nowMs)
      const isDue =
        !absence?.isTold && nowMs - since >= toldAfterMs && nowMs >= calmUntilMs && !toldAtMs.has(key)
      if (isDue) {
        events.push(away(since))
        toldAtMs.set(key, nowMs)
      }
      absences.set(key, { sinceMs: since, isTold: isDue || (absence?.isTold ?? false) })
    }
  }
  const quotas = nextQuotas(before.quotas, seen)
  const guests = nextGuests(before.passes, seen, nowMs)
  events.push(...quotas.events, ...guests.events)
  return {
    watched: { absences, toldAtMs, wasFine, quotas: quotas.levels, passes: guests.passes },
    events,
  }
}

function thingsIn({ clients, tunnels }: Seen): Thing[] {
  const labs = new Map(clients.map((client) => [client.id, client]))
  return [
    // Whoever has the public key can make one, with any name.
    ...clients.filter(({ isTemporary }) => !isTemporary).map((client) => labOf(client, tunnels)),
    ...tunnels.flatMap((tunnel) => {
      const lab = labs.get(tunnel.clientId)
      return lab && !lab.isTemporary ? [serviceOf(tunnel, lab)] : []
    }),
  ]
}

function labOf({ id, name, enabled, agent }: Seen['clients'][number], tunnels: Seen['tunnels']): Thing {
  const waiting = tunnels.filter(({ clientId, enabled: isOn }) => clientId === id && isOn).length
  return {
    key: `lab ${id}`,
    state: !enabled ? 'off' : agent.state === 'online' ? 'fine' : 'away',
    sinceMs: agent.sinceMs,
    away: (sinceMs) => ({ event: 'lab-away', lab: name, sinceMs, tunnels: waiting }),
    back: (awayMs) => ({ event: 'lab-back', lab: name, awayMs }),
  }
}

function serviceOf(tunnel: Seen['tunnels'][number], { name: lab, agent }: Seen['clients'][number]): Thing {
  const { id, name: service, enabled, downTargets: targets } = tunnel
  const state = targets.length > 0 ? 'away' : 'fine'
  return {
    key: `service ${id}`,
    // Of a lab box that is away, its services are not known, and one cause is enough.
    state: !enabled ? 'off' : agent.state === 'online' ? state : 'unknown',
    sinceMs: null,
    away: (sinceMs) => ({ event: 'service-away', service, lab, targets, sinceMs }),
    back: (awayMs) => ({ event: 'service-back', service, lab, awayMs }),
  }
}
