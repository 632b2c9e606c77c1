import type { FoundLook, FoundService } from '@nps-desktop/electron/contract'
import { type Clock, every, Feed } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { askLab } from '../lab-sessions/ask-lab.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import { labServicesScript, type LabServices } from '../labs/lab-services.ts'
import { askWindowsForServices } from '../labs/windows-services.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import type { Storage } from '../storage/records.ts'
import type { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import { askFirstPage } from './first-page.ts'
import { parseLook } from './look-answer.ts'
import { lookScript } from './look-script.ts'
import { byRank, servicesOf } from './services-of-look.ts'

/** One command over an ssh session that is open anyway. */
const lookIntervalMs = 30_000
/** The session may have to be opened first. */
const lookTimeoutMs = 30_000
/** So many unknown ones are asked for their first page in one look; the others have their turn in the next. */
const maxAsked = 8

interface Watched {
  readonly feed: Feed<FoundLook>
  /** What the unknown ones have answered, by port and name: each is asked once. */
  asked: Map<string, FoundService>
  looking: Promise<void> | null
  timer: Disposable | null
  /** Ends the look under way when nobody watches any more. */
  stop: AbortController
}

type Signal = { readonly signal: AbortSignal }

export interface FoundServicesOptions {
  readonly storage: Storage
  readonly labSessions: Pick<LabSessions, 'use'>
  readonly services: Pick<LabServices, 'find'>
  readonly tunnels: Pick<TunnelCalls, 'add' | 'edit'>
  readonly clock: Clock
  readonly log: Log
}

/** The calls of `found`. Looks while somebody watches, and never otherwise. */
export class FoundServices {
  readonly #options: FoundServicesOptions
  readonly #labs = new Map<string, Watched>()

  constructor(options: FoundServicesOptions) {
    this.#options = options
  }

  async *watch({ labId }: { labId: string }, { signal }: Signal): AsyncGenerator<FoundLook, void, void> {
    const { feed } = this.#watched(labId)
    yield* feed.watch(signal)
  }

  async lookNow({ labId }: { labId: string }): Promise<void> {
    await this.#look(labId)
  }

  async setOn({ labId, isOn }: { labId: string; isOn: boolean }): Promise<void> {
    const { storage } = this.#options
    const lab = storage.labs.get(labId)
    if (!lab) throw noLab()
    storage.labs.put({ ...lab, looksForServices: isOn })
    const watched = this.#watched(labId)
    this.#callOff(watched)
    watched.feed.set(isOn ? { state: 'unread', failure: null } : { state: 'off' })
    if (isOn) await this.#look(labId)
  }

  async add(
    { labId, port }: { labId: string; port: number },
    { signal }: Signal,
  ): Promise<{ tunnelId: string }> {
    const { storage, tunnels } = this.#options
    const { kind, name, target } = this.#found(labId, port)
    const lab = storage.labs.get(labId)
    // a server on this computer lets nobody else in anyway
    const isLocal = storage.servers.get(lab?.serverId ?? '')?.local === true
    const reach = isLocal ? 'anyone' : 'laptop'
    const entrance = await this.#entranceOf(labId, { kind, port }, { signal })
    const wish = { kind, name, target, reach, entrance, port: undefined } as const
    const { tunnelId } = await tunnels.add(labId, wish, { signal })
    return { tunnelId }
  }

  async lead(
    { labId, port, tunnelId }: { labId: string; port: number; tunnelId: string },
    { signal }: Signal,
  ): Promise<void> {
    const { target, kind } = this.#found(labId, port)
    const entrance = await this.#entranceOf(labId, { kind, port }, { signal })
    await this.#options.tunnels.edit({ tunnelId, target, entrance }, { signal })
  }

  close(): void {
    for (const { feed, timer, stop } of this.#labs.values()) {
      timer?.[Symbol.dispose]()
      stop.abort()
      feed.close()
    }
    this.#labs.clear()
  }

  #watched(labId: string): Watched {
    const known = this.#labs.get(labId)
    if (known) return known
    const isOn = this.#options.storage.labs.get(labId)?.looksForServices !== false
    const watched: Watched = {
      feed: new Feed<FoundLook>(isOn ? { state: 'unread', failure: null } : { state: 'off' }, {
        onWatchers: (count) => this.#onWatchers(labId, count),
      }),
      asked: new Map(),
      looking: null,
      timer: null,
      stop: new AbortController(),
    }
    this.#labs.set(labId, watched)
    return watched
  }

  #onWatchers(labId: string, count: number): void {
    const watched = this.#labs.get(labId)
    if (!watched) return
    if (count === 0) {
      watched.timer?.[Symbol.dispose]()
      watched.timer = null
      this.#callOff(watched)
    } else if (watched.timer === null) {
      watched.timer = every(lookIntervalMs, () => void this.#look(labId), { clock: this.#options.clock })
      void this.#look(labId)
    }
  }

  /** Whoever comes next does not wait for a look that tells nothing any more. */
  #callOff(watched: Watched): void {
    watched.stop.abort()
    watched.stop = new AbortController()
    watched.looking = null
  }

  /** One look at a time; what becomes of it is in the feed. */
  async #look(labId: string): Promise<void> {
    const watched = this.#watched(labId)
    if (watched.feed.value.state === 'off') return
    const looking = (watched.looking ??= this.#lookOnce(labId, watched).finally(() => {
      if (watched.looking === looking) watched.looking = null
    }))
    await looking
  }

  async #lookOnce(labId: string, watched: Watched): Promise<void> {
    const { labSessions, clock, log } = this.#options
    const { signal: stopped } = watched.stop
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(lookTimeoutMs)])
    const tell = (look: FoundLook): void => {
      if (!stopped.aborted && watched.feed.value.state !== 'off') watched.feed.set(look)
    }
    try {
      const services = await askLab(labSessions, labId, (session) => lookAt(session, watched, { signal }), {
        signal,
      })
      tell({ state: 'read', atMs: clock.now(), services, failure: null })
    } catch (error) {
      if (stopped.aborted) return
      log.warn('the lab box could not be asked what runs there', { lab: labId, error })
      const failure = failureOfError(error)
      const { value } = watched.feed
      tell(value.state === 'read' ? { ...value, failure } : { state: 'unread', failure })
    }
  }

  #found(labId: string, port: number): FoundService {
    const look = this.#labs.get(labId)?.feed.value
    const service = look?.state === 'read' ? look.services.find((one) => one.port === port) : undefined
    if (!service) throw new AppError('not-found', `Nothing is known to listen on port ${port} there.`, {})
    return service
  }

  /** How its pages are opened, where it leaves a file that says so. */
  async #entranceOf(
    labId: string,
    { kind, port }: Pick<FoundService, 'kind' | 'port'>,
    { signal }: Signal,
  ): Promise<{ secure: boolean; path: string } | null> {
    if (kind !== 'jupyter' && kind !== 'tensorboard') return null
    const found = await this.#options.services.find(labId, { kind, port }, { signal })
    return found && { secure: found.secure, path: found.path }
  }
}

async function lookAt(
  session: SshSession,
  watched: Pick<Watched, 'asked'>,
  { signal }: Signal,
): Promise<FoundService[]> {
  const text = session.isWindows
    ? await askWindowsForServices(session, { signal })
    : (await new RemoteShell(session).run(`${lookScript}\n${labServicesScript}`, { signal })).stdout
  const { known, unknown } = servicesOf(parseLook(text))
  const asked = new Map<string, FoundService>()
  const fresh: FoundService[] = []
  for (const { port, service } of unknown) {
    const name = `${port} ${service.name}`
    const answered = watched.asked.get(name)
    if (answered) asked.set(name, answered)
    else if (fresh.length < maxAsked) fresh.push(service)
  }
  const answers = await Promise.all(fresh.map((service) => askFirstPage(service, session, { signal })))
  fresh.forEach((service, at) => asked.set(`${service.port} ${service.name}`, answers[at] ?? service))
  watched.asked = asked
  return [...known, ...asked.values()].toSorted(byRank).slice(0, 100)
}

function noLab(): AppError {
  return new AppError('not-found', 'This lab box is no longer in the list.', {})
}
