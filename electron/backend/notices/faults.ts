import type { NoticePage, Overview, Tunnel } from '@nps-desktop/electron/contract'
import type { ToldNotice } from './told-notice.ts'

/** What lasts shorter is over before a person could do anything. */
export const toldAfterMs = 120_000
/** The same cause is not told again sooner: a line that comes and goes is one fault. */
const notAgainWithinMs = 3_600_000

interface Fault {
  readonly sinceMs: number
  readonly isTold: boolean
}

/** What is broken now, by its cause, and what was fine before it broke. */
export interface Faults {
  readonly broken: ReadonlyMap<string, Fault>
  readonly toldAtMs: ReadonlyMap<string, number>
  readonly wasFine: ReadonlySet<string>
}

export const noFaults: Faults = { broken: new Map(), toldAtMs: new Map(), wasFine: new Set() }

/** One thing that can break. `state` null: it is not known, or another cause stands above it. */
interface Thing {
  readonly cause: string
  readonly state: 'fine' | 'broken' | 'off' | null
  readonly sinceMs: number
  readonly page: NoticePage
  gone(sinceMs: number): ToldNotice['event']
  back(awayMs: number): ToldNotice['event']
}

/**
 * What has been broken for two minutes, and what is back of that which was told. Pure. Only what this app has seen at work
 * can go; while this laptop has no network, that is the cause of everything, and its own.
 */
export function nextFaults(
  faults: Faults,
  overview: Overview,
  nowMs: number,
): { faults: Faults; told: ToldNotice[] } {
  const told: ToldNotice[] = []
  const broken = new Map(faults.broken)
  const toldAtMs = new Map([...faults.toldAtMs].filter(([, atMs]) => nowMs - atMs < notAgainWithinMs))
  const wasFine = new Set(faults.wasFine)
  const things = overview.laptopOnline ? thingsIn(overview, nowMs) : []
  if (!overview.laptopOnline) for (const [cause, { isTold }] of broken) if (!isTold) broken.delete(cause)
  for (const { cause, state, sinceMs, page, gone, back } of things) {
    const fault = broken.get(cause)
    if (state === 'off') {
      broken.delete(cause)
      wasFine.delete(cause)
    } else if (state === 'fine') {
      wasFine.add(cause)
      broken.delete(cause)
      if (fault?.isTold) told.push({ cause, page, event: back(nowMs - fault.sinceMs) })
    } else if (state === 'broken' && wasFine.has(cause)) {
      const since = fault?.sinceMs ?? sinceMs
      const isDue = !fault?.isTold && nowMs - since >= toldAfterMs && !toldAtMs.has(cause)
      if (isDue) {
        told.push({ cause, page, event: gone(since) })
        toldAtMs.set(cause, nowMs)
      }
      broken.set(cause, { sinceMs: since, isTold: isDue || (fault?.isTold ?? false) })
    }
  }
  const present = new Set(things.map(({ cause }) => cause))
  if (overview.laptopOnline) for (const cause of broken.keys()) if (!present.has(cause)) broken.delete(cause)
  return { faults: { broken, toldAtMs, wasFine }, told }
}

/** When the next fault may have to be told; null: none waits. */
export function nextDueMs({ broken, toldAtMs }: Faults): number | null {
  const due = [...broken].flatMap(([cause, { sinceMs, isTold }]) =>
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
      cause: `server ${id}`,
      state: isUp ? 'fine' : isDown ? 'broken' : null,
      sinceMs: link.state === 'away' ? Math.min(link.sinceMs, nowMs) : nowMs,
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
          cause: `lab ${lab.id}`,
          state: !isUp
            ? null
            : state.state === 'online'
              ? 'fine'
              : state.state === 'offline'
                ? 'broken'
                : null,
          sinceMs: (state.state === 'offline' ? state.sinceMs : null) ?? nowMs,
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
    cause: `tunnel ${id}`,
    state:
      status.state === 'paused'
        ? 'off'
        : !isUp
          ? null
          : status.state === 'ready'
            ? 'fine'
            : isOwn
              ? 'broken'
              : null,
    sinceMs: status.state === 'broken' ? Math.min(status.sinceMs, nowMs) : nowMs,
    page: { name: 'tunnel', tunnelId: id },
    gone: (sinceMs) => ({ code: 'service-gone', service, lab, target, awayMs: nowMs - sinceMs, isRefused }),
    back: (awayMs) => ({ code: 'service-back', service, lab, awayMs }),
  }
}
