import { Feed } from '@nps-desktop/relay-core/async'
import type { ActivityEvent, Overview } from '@nps-desktop/electron/contract'
import type { Storage } from '../storage/records.ts'
import { changes, type NewEvent, type ToldStates, withAddedTunnel } from './activity-changes.ts'

/** What the page shows; the file keeps more. */
const shownRows = 500

/** One line for each change of state, kept over restarts. */
export class ActivityFeed {
  readonly feed: Feed<ActivityEvent[]>
  readonly #storage: Storage
  readonly #overview: Feed<Overview>
  #told: ToldStates | null = null
  /** What has not been written to disk yet, oldest first. */
  readonly #unwritten: NewEvent[] = []
  readonly #subscriptions = new DisposableStack()

  constructor(options: { storage: Storage; overview: Feed<Overview> }) {
    this.#storage = options.storage
    this.#overview = options.overview
    this.feed = new Feed(this.#storage.activity.newest(shownRows))
  }

  start(): void {
    this.#subscriptions.use(
      this.#overview.subscribe((overview) => {
        const { told, events } = changes(this.#told, overview)
        this.#told = told
        this.#write(events)
      }),
    )
  }

  close(): void {
    this.#subscriptions.dispose()
    this.feed.close()
  }

  /** What a person or a job did, as opposed to what changed by itself. */
  add(event: NewEvent): void {
    if (event.code === 'tunnel-added') this.#told = withAddedTunnel(this.#told ?? new Map(), event)
    this.#write([event])
  }

  /** Calls what the lines of a server speak of by other names, where `nameIn` has one; for the trial, whose names follow the language. */
  rename(serverId: string, nameIn: (name: string) => string | null): void {
    const named = (params: ActivityEvent['params']): ActivityEvent['params'] =>
      Object.fromEntries(
        Object.entries(params).map(([key, value]) => [
          key,
          typeof value === 'string' ? (nameIn(value) ?? value) : value,
        ]),
      )
    for (const [index, event] of this.#unwritten.entries())
      if (event.serverId === serverId) this.#unwritten[index] = { ...event, params: named(event.params) }
    for (const event of this.#storage.activity.newest(shownRows))
      if (event.serverId === serverId) this.#storage.activity.setParams(event.id, named(event.params))
    this.#show()
  }

  /** Removes every line of a server that was never a real one, such as the trial. */
  removeServer(serverId: string): void {
    this.#storage.activity.removeServer(serverId)
    this.#show()
  }

  /** Removes every line of a tunnel that was only tried: whoever gives up adding it has changed nothing. */
  removeTunnel(tunnelId: string): void {
    const kept = this.#unwritten.filter((event) => event.tunnelId !== tunnelId)
    this.#unwritten.splice(0, this.#unwritten.length, ...kept)
    this.#storage.whenPossible(`activity of ${tunnelId}`, () => {
      this.#storage.activity.removeTunnel(tunnelId)
      this.#show()
    })
  }

  #write(events: readonly NewEvent[]): void {
    if (events.length === 0) return
    this.#unwritten.push(...events)
    // They stay on the screen; the oldest goes first.
    this.#unwritten.splice(0, Math.max(0, this.#unwritten.length - shownRows))
    this.#storage.whenPossible('activity', () => {
      for (let event = this.#unwritten[0]; event; event = this.#unwritten[0]) {
        this.#storage.activity.add(event)
        this.#unwritten.shift()
      }
      this.#show()
    })
    if (this.#unwritten.length > 0) this.#show()
  }

  #show(): void {
    // The file counts from 1 upwards.
    const unwritten = this.#unwritten.map((event, index) => ({ ...event, id: -1 - index })).toReversed()
    this.feed.set([...unwritten, ...this.#storage.activity.newest(shownRows)].slice(0, shownRows))
  }
}
