import { type Clock, pause, untilAborted } from '@nps-desktop/relay-core/async'
import {
  type Client,
  type GuestPass,
  type LiveTraffic,
  type RelayStatus,
  type RelayTunnel,
  type UnreadItem,
} from '@nps-desktop/relay-core/api'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { LastStatus } from '../storage/records.ts'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'

type LiveTunnel = LiveTraffic['tunnels'][number]

const askIntervalMs = 10_000
/** Longer than any healthy round trip, and shorter than the 10 s within which a dead link must be noticed. */
const answerTimeoutMs = 8_000

/** What of a relay's lists is of a newer kind than this app can read. */
interface Unread {
  clients: readonly UnreadItem[]
  tunnels: readonly UnreadItem[]
  passes: readonly UnreadItem[]
}

/** What was last heard of one relay. When the link is lost, it is no longer known who is there, nor how fast anything is; what was counted stays. */
export class RelayMirror {
  clients: readonly Client[] | null = null
  /** While the link is lost: what they were before. */
  lastClients: readonly Client[] | null = null
  tunnels: readonly RelayTunnel[] | null = null
  /** False while `tunnels` are those of an earlier run of the app, which do not say what could not be read. */
  hasToldTunnels = false
  /** Null too for a relay that knows no guest passes. */
  passes: readonly GuestPass[] | null = null
  readonly unread: Unread = { clients: [], tunnels: [], passes: [] }
  status: RelayStatus | null = null
  /** The status with its time; at the start of the app that of before. */
  last: LastStatus | null = null
  readonly live = new Map<number, LiveTunnel>()
  /** When the relay last answered a question over a proven connection. */
  answeredAtMs: number | null = null
}

export interface MirrorEvents {
  changed(): void
  traffic(live: LiveTraffic): void
  answered(roundTripMs: number): void
}

/**
 * Keeps the mirror like the relay over one connection. Fulfils when `signal` aborts; rejects as soon as a feed ends or
 * a question is not answered in time, which means that the connection is of no use any more.
 */
export async function keepMirror(
  mirror: RelayMirror,
  api: RelayClient,
  options: { clock: Clock; events: MirrorEvents; signal: AbortSignal },
): Promise<void> {
  const { clock, events } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const feeds = [
    follow(
      () => api.clients.watch({}, { signal }),
      (clients) => {
        mirror.clients = clients
        mirror.unread.clients = clients.unread ?? []
        events.changed()
      },
    ),
    follow(
      () => api.tunnels.watch({}, { signal }),
      (tunnels) => {
        mirror.tunnels = tunnels
        mirror.hasToldTunnels = true
        mirror.unread.tunnels = tunnels.unread ?? []
        forgetRates(mirror, tunnels)
        events.changed()
      },
    ),
    follow(
      () => api.traffic.live({}, { signal }),
      (live) => {
        for (const tunnel of live.tunnels) mirror.live.set(tunnel.tunnelId, tunnel)
        events.traffic(live)
      },
    ),
    followPasses(mirror, api, { events, signal }),
    askAgainAndAgain(mirror, api, { clock, events, signal }),
  ]
  try {
    await Promise.race(feeds)
  } catch (error) {
    if (!options.signal.aborted) throw error
  } finally {
    stop.abort()
    mirror.tunnels = countedTunnels(mirror)
    mirror.live.clear()
    // who is online may change unseen from now on; which tunnels there are seldom does
    mirror.lastClients = mirror.clients ?? mirror.lastClients
    mirror.clients = null
    await Promise.allSettled(feeds)
  }
  if (!options.signal.aborted) throw new Error('the server ended the connection')
}

/** The tunnels with what was counted of them last: their list is told when one is changed only. */
export function countedTunnels({ tunnels, live }: RelayMirror): readonly RelayTunnel[] | null {
  return (
    tunnels?.map((tunnel) => {
      const { connections, downBytes, upBytes } = live.get(tunnel.id) ?? tunnel
      return { ...tunnel, connections, downBytes, upBytes }
    }) ?? null
  )
}

async function follow<T>(open: () => Promise<AsyncIterable<T>>, take: (value: T) => void): Promise<void> {
  for await (const value of await open()) take(value)
}

/** A relay of before guest passes refuses the call; then there is nothing to follow, and the link is as good as before. */
async function followPasses(
  mirror: RelayMirror,
  api: RelayClient,
  { events, signal }: { events: MirrorEvents; signal: AbortSignal },
): Promise<void> {
  try {
    await follow(
      () => api.passes.watch({}, { signal }),
      (passes) => {
        mirror.passes = passes
        mirror.unread.passes = passes.unread ?? []
        events.changed()
      },
    )
  } catch (error) {
    if (!isUnknownCall(error)) throw error
    await untilAborted(signal)
  }
}

async function askAgainAndAgain(
  mirror: RelayMirror,
  api: RelayClient,
  options: { clock: Clock; events: MirrorEvents; signal: AbortSignal },
): Promise<void> {
  while (!options.signal.aborted) {
    await askOnce(mirror, api, options)
    await pause(askIntervalMs, options)
  }
}

/** One question and its answer: the proof that the relay is there now. */
export async function askOnce(
  mirror: RelayMirror,
  api: RelayClient,
  { clock, events, signal }: { clock: Clock; events: MirrorEvents; signal: AbortSignal },
): Promise<void> {
  const started = performance.now()
  mirror.status = await api.status.get(
    {},
    { signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]) },
  )
  mirror.answeredAtMs = clock.now()
  mirror.last = { status: mirror.status, atMs: mirror.answeredAtMs }
  events.answered(performance.now() - started)
}

function forgetRates(mirror: RelayMirror, tunnels: readonly RelayTunnel[]): void {
  const known = new Set(tunnels.map((tunnel) => tunnel.id))
  for (const id of mirror.live.keys()) if (!known.has(id)) mirror.live.delete(id)
}
