import type { NoticePage, Overview, Tunnel } from '@nps-desktop/electron/contract'
import {
  type KnownAbsences,
  nextAbsences,
  type TellingRules,
  type Watchable,
} from '@nps-desktop/relay-core/telling'
import type { ToldNotice } from './told-notice.ts'

/** What lasts shorter is over before a person could do anything. */
const toldAfterMs = 120_000
const rules: TellingRules = { toldAfterMs, backAfterMs: 0, notAgainWithinMs: 3_600_000 }

interface Thing extends Watchable {
  readonly page: NoticePage
  gone(sinceMs: number): ToldNotice['event']
  back(awayMs: number): ToldNotice['event']
}

/**
 * What has been broken for two minutes, and what is back of that which was told. Pure. Only what this app has seen at work
 * can go; while this laptop has no network, that is the cause of everything, and its own.
 */
export function nextFaults(
  faults: KnownAbsences,
  overview: Overview,
  nowMs: number,
): { faults: KnownAbsences; told: ToldNotice[] } {
  if (!overview.laptopOnline) {
    const absences = new Map([...faults.absences].filter(([, { isTold }]) => isTold))
    return { faults: { ...faults, absences }, told: [] }
  }
  const { now, told } = nextAbsences(faults, thingsIn(overview, nowMs), { ...rules, nowMs })
  return {
    faults: now,
    told: told.map(({ thing, ...one }) => ({
      cause: thing.key,
      page: thing.page,
      event: one.is === 'away' ? thing.gone(one.sinceMs) : thing.back(one.awayMs),
    })),
  }
}

/** When the next fault may have to be told; null: none waits. */
export function nextDueMs({ absences, toldAtMs }: KnownAbsences): number | null {
  const due = [...absences].flatMap(([cause, { sinceMs, isTold }]) =>
    isTold || toldAtMs.has(cause) ? [] : [sinceMs + toldAfterMs],
  )
  return due.length === 0 ? null : Math.min(...due)
}

function thingsIn({ servers, labs, tunnels }: Overview, nowMs: number): Thing[] {
  const real = servers.filter(({ local }) => !local)
  const waiting = (isSo: (tunnel: Tunnel) => boolean): number =>
    tunnels.filter((tunnel) => isSo(tunnel) && tunnel.status.state !== 'paused').length
  return real.flatMap((server): Thing[] => {
    const { id, name, link } = server
    const isUp = link.state === 'online'
    const isDown = link.state === 'away' || link.state === 'failed'
    const count = waiting(({ serverId }) => serverId === id)
    const own: Thing = {
      key: `server ${id}`,
      state: isUp ? 'fine' : isDown ? 'away' : 'unknown',
      sinceMs: link.state === 'away' ? Math.min(link.sinceMs, nowMs) : null,
      page: { name: 'server', serverId: id },
      gone: (sinceMs) => ({ code: 'server-away', server: name, sinceMs, tunnels: count }),
      back: (awayMs) => ({ code: 'server-back', server: name, awayMs, tunnels: count }),
    }
    const boxes = labs.filter(({ serverId }) => serverId === id)
    return [
      own,
      ...boxes.map((lab): Thing => {
        const { state } = lab
        const inLab = waiting(({ labId }) => labId === lab.id)
        const why = state.state === 'offline' ? state.why : undefined
        const whyBefore = state.state === 'online' ? state.lastAbsence?.why : undefined
        return {
          key: `lab ${lab.id}`,
          state: !isUp
            ? 'unknown'
            : state.state === 'online'
              ? 'fine'
              : state.state === 'offline'
                ? 'away'
                : 'unknown',
          sinceMs: state.state === 'offline' ? state.sinceMs : null,
          page: { name: 'lab', labId: lab.id },
          gone: (sinceMs) => ({
            code: 'lab-away',
            lab: lab.name,
            sinceMs,
            tunnels: inLab,
            ...(why && { why }),
          }),
          back: (awayMs) => ({
            code: 'lab-back',
            lab: lab.name,
            awayMs,
            tunnels: inLab,
            ...(whyBefore && { why: whyBefore }),
          }),
        }
      }),
      ...boxes.flatMap((lab) =>
        tunnels
          .filter(({ labId }) => labId === lab.id)
          .map((tunnel) =>
            serviceThing(tunnel, lab.name, { isUp: isUp && lab.state.state === 'online', nowMs }),
          ),
      ),
    ]
  })
}

function serviceThing(tunnel: Tunnel, lab: string, { isUp, nowMs }: { isUp: boolean; nowMs: number }): Thing {
  const { id, name: service, status, target } = tunnel
  const isOwn = status.state === 'broken' && (status.stop === 'service' || status.stop === 'port')
  const isRefused = status.state === 'broken' && status.failure.code === 'target-refused'
  return {
    key: `tunnel ${id}`,
    state:
      status.state === 'paused'
        ? 'off'
        : !isUp
          ? 'unknown'
          : status.state === 'ready'
            ? 'fine'
            : isOwn
              ? 'away'
              : 'unknown',
    sinceMs: status.state === 'broken' ? Math.min(status.sinceMs, nowMs) : null,
    page: { name: 'tunnel', tunnelId: id },
    gone: (sinceMs) => ({ code: 'service-gone', service, lab, target, awayMs: nowMs - sinceMs, isRefused }),
    back: (awayMs) => ({ code: 'service-back', service, lab, awayMs }),
  }
}
