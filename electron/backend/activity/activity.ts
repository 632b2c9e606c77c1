import type { ActivityEvent, Overview } from '@nps-desktop/electron/contract'
import { Feed } from '../feed.ts'
import type { Storage } from '../storage/records.ts'
import { changes, type NewEvent, type Told, withAddedTunnel } from './changes.ts'

/** What the page shows; the file keeps more. */
const shownRows = 500

/** One line for each change of state, kept over restarts. */
export class Activity {
  readonly feed: Feed<ActivityEvent[]>
  readonly #storage: Storage
  readonly #overview: Feed<Overview>
  #told: Told | null = null
  #leave: () => void = () => undefined

  constructor(options: { storage: Storage; overview: Feed<Overview> }) {
    this.#storage = options.storage
    this.#overview = options.overview
    this.feed = new Feed(this.#storage.activity.newest(shownRows))
  }

  start(): void {
    this.#leave = this.#overview.onSet((overview) => {
      const { told, events } = changes(this.#told, overview)
      this.#told = told
      this.#write(events)
    })
  }

  close(): void {
    this.#leave()
    this.feed.close()
  }

  /** What a person or a job did, as against what changed by itself. */
  add(event: NewEvent): void {
    if (event.code === 'tunnel-added') this.#told = withAddedTunnel(this.#told ?? new Map(), event)
    this.#write([event])
  }

  /** Takes back every line of a server that never was one, such as the trial. */
  removeServer(serverId: string): void {
    this.#storage.activity.removeServer(serverId)
    this.feed.set(this.#storage.activity.newest(shownRows))
  }

  #write(events: readonly NewEvent[]): void {
    if (events.length === 0) return
    for (const event of events) this.#storage.activity.add(event)
    this.feed.set(this.#storage.activity.newest(shownRows))
  }
}
