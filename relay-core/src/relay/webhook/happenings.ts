import {
  type KnownAbsences,
  nextAbsences,
  noAbsences,
  type TellingRules,
  type Watchable,
} from '../../telling/next-absences.ts'
import type { WebhookEvent } from './event.ts'
import { nextGuests } from './guests.ts'
import { nextQuotas } from './quotas.ts'
import type { Seen, SeenPass } from './seen.ts'

/** What is remembered from one look to the next. By `lab 3`, `service 7`. */
export interface SeenHappenings extends KnownAbsences {
  /** The highest level of each quota that has been told, in percent. */
  readonly quotas: ReadonlyMap<string, number>
  /** Null before the first look: what was there then is no news. */
  readonly passes: ReadonlyMap<number, SeenPass> | null
}

export const nothingWatched: SeenHappenings = { ...noAbsences, quotas: new Map(), passes: null }

/** A link that is back sooner has not been missed. */
export const toldAfterMs = 60_000
export const notAgainWithinMs = 3_600_000
const rules: TellingRules = { toldAfterMs, backAfterMs: 10_000, notAgainWithinMs }

interface Thing extends Watchable {
  readonly away: (sinceMs: number) => WebhookEvent
  readonly back: (awayMs: number) => WebhookEvent
}

/** What has happened since the last look, and what to remember for the next. Pure. `calmUntilMs`: until then nothing counts as away, because agents are only coming. */
export function nextHappenings(
  before: SeenHappenings,
  seen: Seen,
  { nowMs, calmUntilMs }: { nowMs: number; calmUntilMs: number },
): { watched: SeenHappenings; events: WebhookEvent[] } {
  const { now, told } = nextAbsences(before, thingsIn(seen), { ...rules, nowMs, calmUntilMs })
  const quotas = nextQuotas(before.quotas, seen)
  const guests = nextGuests(before.passes, seen, nowMs)
  const happened = told.map((one) =>
    one.is === 'away' ? one.thing.away(one.sinceMs) : one.thing.back(one.awayMs),
  )
  return {
    watched: { ...now, quotas: quotas.levels, passes: guests.passes },
    events: [...happened, ...quotas.events, ...guests.events],
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
  const why = agent.state === 'online' ? agent.lastAbsence?.why : undefined
  const waiting = tunnels.filter(({ clientId, enabled: isOn }) => clientId === id && isOn).length
  return {
    key: `lab ${id}`,
    state: !enabled ? 'off' : agent.state === 'online' ? 'fine' : 'away',
    sinceMs: agent.sinceMs,
    away: (sinceMs) => ({ event: 'lab-away', lab: name, sinceMs, tunnels: waiting }),
    back: (awayMs) => ({ event: 'lab-back', lab: name, awayMs, ...(why && { why }) }),
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
