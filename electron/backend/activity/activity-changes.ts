import { valuesOf } from '@nps-desktop/electron/contract'
import type { ActivityEvent, Overview } from '@nps-desktop/electron/contract'

export type NewEvent = Omit<ActivityEvent, 'id'>

/** Something and the state worth a line; null while the state says nothing (`unknown`, `checking`). */
interface Subject {
  readonly key: string
  readonly state: string | null
  readonly event: Omit<NewEvent, 'atMs'>
}

/** What was last reported about each thing, by its key; `state` is empty while nothing has been. */
export type ToldStates = ReadonlyMap<string, Pick<Subject, 'event'> & { readonly state: string }>

const addedState = 'added'

/**
 * One line for each change between the states last reported and those of now; pure. `told` is null at the start of
 * the app: then what is there is not new, and what is fine is no news.
 */
export function changes(
  told: ToldStates | null,
  overview: Overview,
): { told: ToldStates; events: NewEvent[] } {
  const events: NewEvent[] = []
  const say = (event: Omit<NewEvent, 'atMs'>): void => void events.push({ atMs: overview.atMs, ...event })
  const next = new Map<string, { state: string; event: Subject['event'] }>()
  for (const { key, state, event } of [...servers(overview), ...labs(overview), ...tunnels(overview)]) {
    let before = told?.get(key)?.state ?? ''
    if (told && !told.has(key) && event.tunnelId === null) {
      say({ ...event, tone: 'info', code: event.labId === null ? 'server-added' : 'lab-added' })
      before = addedState
    }
    next.set(key, { state: state ?? before, event })
    if (state !== null && state !== before && (before !== '' || event.tone === 'bad')) say(event)
  }
  for (const [key, { event }] of told ?? []) {
    if (!next.has(key)) sayRemoved(event, overview, say)
  }
  return { told: next, events }
}

/** Of a tunnel: it was just added, so that "ready" is news. */
export function withAddedTunnel(told: ToldStates, event: Omit<NewEvent, 'atMs'>): ToldStates {
  return new Map(told).set(tunnelKey(event.tunnelId ?? ''), { state: addedState, event })
}

/** Tunnels come and go with what their server tells, so their lines are written by the calls; with a server go its boxes. */
function sayRemoved(
  event: Subject['event'],
  overview: Overview,
  say: (event: Subject['event']) => void,
): void {
  if (event.tunnelId !== null) return
  const params = { ...event.params }
  delete params['reason']
  if (event.labId === null) say({ ...event, params, tone: 'info', code: 'server-removed' })
  else if (overview.servers.some(({ id }) => id === event.serverId)) {
    say({ ...event, params, tone: 'info', code: 'lab-removed' })
  }
}

const tunnelKey = (id: string): string => `tunnel ${id}`

function servers({ servers: all }: Overview): Subject[] {
  return all.map(({ id, name, link }) => {
    const about = { serverId: id, labId: null, tunnelId: null }
    const key = `server ${id}`
    if (link.state === 'away' || link.state === 'failed') {
      const params = { ...valuesOf(link.failure), server: name, reason: link.failure.code }
      return { key, state: 'offline', event: { tone: 'bad', code: 'server-offline', params, ...about } }
    }
    const state = link.state === 'online' ? 'online' : null
    return { key, state, event: { tone: 'ok', code: 'server-online', params: { server: name }, ...about } }
  })
}

function labs({ servers: all, labs: boxes }: Overview): Subject[] {
  return boxes.map(({ id, name, serverId, state }) => {
    const about = {
      serverId,
      labId: id,
      tunnelId: null,
      params: { lab: name, server: nameOf(all, serverId) },
    }
    const key = `lab ${id}`
    if (state.state === 'offline') {
      return { key, state: 'offline', event: { tone: 'bad', code: 'lab-offline', ...about } }
    }
    const online = state.state === 'online' ? 'online' : null
    return { key, state: online, event: { tone: 'ok', code: 'lab-online', ...about } }
  })
}

function tunnels({ servers: all, labs: boxes, tunnels: each }: Overview): Subject[] {
  return each.map(({ id, name, serverId, labId, status }) => {
    const params = { tunnel: name, lab: nameOf(boxes, labId), server: nameOf(all, serverId) }
    const about = { serverId, labId, tunnelId: id }
    const key = tunnelKey(id)
    if (status.state === 'broken') {
      const broken = {
        ...valuesOf(status.failure),
        ...params,
        stop: status.stop,
        reason: status.failure.code,
      }
      const state = `broken ${status.stop} ${status.failure.code}`
      return { key, state, event: { tone: 'bad', code: 'tunnel-broken', params: broken, ...about } }
    }
    if (status.state === 'paused') {
      return { key, state: 'paused', event: { tone: 'info', code: 'tunnel-paused', params, ...about } }
    }
    const state = status.state === 'ready' ? 'ready' : null
    return { key, state, event: { tone: 'ok', code: 'tunnel-ready', params, ...about } }
  })
}

function nameOf(things: readonly { id: string; name: string }[], id: string): string {
  return things.find((thing) => thing.id === id)?.name ?? ''
}
