import type { FoundLook, FoundService } from '@nps-desktop/electron/contract'
import { type Clock, every, Feed } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { askLab } from '../lab-sessions/ask-lab.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import type { LabServices } from '../labs/lab-services.ts'
import { entranceOf } from '../labs/service-entrance.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, Storage } from '../storage/records.ts'
import { storedLab } from '../storage/stored-machine.ts'
import type { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import { GlancedServices } from './glanced-services.ts'
import { listeningUnseen } from './listening-unseen.ts'
import { lookByAgent } from './look-by-agent.ts'
import { lookBySsh, type AskedPages } from './look-by-ssh.ts'

/** One command over an ssh session that is open anyway. */
const lookIntervalMs = 30_000
/** The session may have to be opened first. */
const lookTimeoutMs = 30_000

interface Watched {
  readonly feed: Feed<FoundLook>
  asked: AskedPages
  looking: Promise<void> | null
  timer: Disposable | null
  /** Ends the look under way when nobody watches any more. */
  stop: AbortController
}

type Signal = { readonly signal: AbortSignal }

export interface FoundServicesOptions {
  readonly storage: Storage
  readonly labSessions: Pick<LabSessions, 'use'>
  readonly relays: Pick<Relays, 'reach'>
  readonly services: Pick<LabServices, 'find'>
  readonly tunnels: Pick<TunnelCalls, 'add' | 'edit'>
  readonly clock: Clock
  readonly log: Log
}

/** The calls of `found`. Looks while somebody watches, and never otherwise. */
export class FoundServices {
  readonly #options: FoundServicesOptions
  readonly #labs = new Map<string, Watched>()
  readonly #glanced: GlancedServices

  constructor(options: FoundServicesOptions) {
    this.#options = options
    this.#glanced = new GlancedServices(options)
  }

  async *watch({ labId }: { labId: string }, { signal }: Signal): AsyncGenerator<FoundLook, void, void> {
    const { feed } = this.#watched(labId)
    yield* feed.watch(signal)
  }

  /** See the contract. */
  async *glance({ labId }: { labId: string }, { signal }: Signal): AsyncGenerator<FoundLook, void, void> {
    yield* this.#glanced.watch(labId, signal)
  }

  async lookNow({ labId }: { labId: string }): Promise<void> {
    await this.#look(labId)
  }

  async setOn({ labId, isOn }: { labId: string; isOn: boolean }): Promise<void> {
    const { storage } = this.#options
    const lab = storedLab(storage, labId)
    storage.labs.put({ ...lab, looksForServices: isOn })
    const watched = this.#watched(labId)
    this.#callOff(watched)
    watched.feed.set(isOn ? { state: 'unseen', failure: null } : { state: 'off' })
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
    const entrance = await entranceOf(this.#options.services, labId, { kind, port }, { signal })
    const wish = { kind, name, target, reach, entrance, port: undefined } as const
    const { tunnelId } = await tunnels.add(labId, wish, { signal })
    return { tunnelId }
  }

  async lead(
    { labId, port, tunnelId }: { labId: string; port: number; tunnelId: string },
    { signal }: Signal,
  ): Promise<void> {
    const { target, kind } = this.#found(labId, port)
    const entrance = await entranceOf(this.#options.services, labId, { kind, port }, { signal })
    await this.#options.tunnels.edit({ tunnelId, target, entrance }, { signal })
  }

  close(): void {
    this.#glanced.close()
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
      feed: new Feed<FoundLook>(isOn ? { state: 'unseen', failure: null } : { state: 'off' }, {
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
    const { log } = this.#options
    const { signal: stopped } = watched.stop
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(lookTimeoutMs)])
    const tell = (look: FoundLook): void => {
      if (!stopped.aborted && watched.feed.value.state !== 'off') watched.feed.set(look)
    }
    try {
      const lab = storedLab(this.#options.storage, labId)
      tell(
        await (this.#canSignIn(lab)
          ? this.#askBox(lab, watched, { signal })
          : this.#askAgent(lab, { signal })),
      )
    } catch (error) {
      if (stopped.aborted) return
      log.warn('the lab box could not be asked what runs there', { lab: labId, error })
      const failure = failureOfError(error)
      const { value } = watched.feed
      tell(value.state === 'read' ? { ...value, failure } : { state: 'unseen', failure })
    }
  }

  /** The box itself knows more than its npc may see and tell. */
  #canSignIn({ id, address }: LabRecord): boolean {
    return address !== null && this.#options.storage.secrets.has(`lab/${id}/ssh`)
  }

  async #askBox({ id }: LabRecord, watched: Watched, { signal }: Signal): Promise<FoundLook> {
    const { labSessions, clock } = this.#options
    const { services, hasLooked, asked } = await askLab(
      labSessions,
      id,
      (session) => lookBySsh(session, watched.asked, { signal }),
      { signal },
    )
    watched.asked = asked
    // what an earlier look has read stays then
    if (!hasLooked && services.length === 0) throw listeningUnseen()
    const failure = hasLooked ? null : failureOfError(listeningUnseen())
    return { state: 'read', atMs: clock.now(), by: 'ssh', services, failure }
  }

  async #askAgent(lab: LabRecord, { signal }: Signal): Promise<FoundLook> {
    const { relays, clock } = this.#options
    const told = await lookByAgent(relays, lab, { signal })
    if (typeof told === 'string') return { state: 'untold', why: told }
    return { state: 'read', atMs: clock.now(), by: 'npc', services: told, failure: null }
  }

  #found(labId: string, port: number): FoundService {
    const look = this.#labs.get(labId)?.feed.value
    const looked = look?.state === 'read' ? look.services.find((one) => one.port === port) : undefined
    const service = looked ?? this.#glanced.on(labId, port)
    if (!service) throw new AppError('not-found', `Nothing is known to listen on port ${port} there.`, {})
    return service
  }
}
