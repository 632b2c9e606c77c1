import { every } from '../async/time/every.ts'
import { pause } from '../async/wait/pause.ts'
import { RelayError } from '../api/errors.ts'
import type { Log } from '../log/log.ts'
import type { ClientRegistry } from './clients/client-registry.ts'
import type { GuestPasses } from './guests/guest-passes.ts'
import type { HostListeners } from './hosts/host-listeners.ts'
import type { Invites } from './clients/invites.ts'
import type { StockSupport } from './stock/stock-support.ts'
import type { Store } from './store/store.ts'
import type { TunnelRegistry } from './tunnels/registry/tunnel-registry.ts'

const intervalMs = 60_000
/** How soon a refused save is tried again. A lock may end at any moment; a full disk waits for a person. */
const lockedRetryMs = 500
const refusedRetryMs = 10_000
/** How long a relay waits for a lock when it stops: its service manager allows ten seconds for the whole shutdown. */
const lastTriesMs = 3_000
const soonMs = 1_000

export interface BooksOptions {
  tunnels: Pick<TunnelRegistry, 'unsavedPoints' | 'pointsSaved'>
  clients: Pick<ClientRegistry, 'noteOnline' | 'unsavedLastSeen' | 'lastSeenSaved'>
  passes: Pick<GuestPasses, 'unsaved' | 'saved'>
  store: Pick<Store, 'save' | 'traffic' | 'clients' | 'invites' | 'passes'>
  log: Log
  now: () => number
}

/**
 * What the relay saves by itself: traffic and last-seen times. A full disk, or a locked state file,
 * costs nothing but time: everything is kept in memory, traffic goes on, one line in the log says so, and it is written later. A crash
 * can lose only what has flowed since the last save.
 */
export class Books {
  readonly #options: BooksOptions
  #refusal: string | undefined
  #retry: NodeJS.Timeout | undefined
  #soon: NodeJS.Timeout | undefined

  constructor(options: BooksOptions) {
    this.#options = options
  }

  /** Never throws because of the disk; returns whether everything has been saved. */
  save(): boolean {
    const { tunnels, clients, passes, store, log, now } = this.#options
    clearTimeout(this.#retry)
    this.#retry = undefined
    clients.noteOnline()
    const [points, lastSeen, nowMs] = [tunnels.unsavedPoints(), [...clients.unsavedLastSeen()], now()]
    const uses = passes.unsaved()
    try {
      store.save(() => {
        store.traffic.record(points, nowMs)
        for (const [id, atMs] of lastSeen) store.clients.setLastSeen(id, atMs)
        for (const use of uses) store.passes.setUse(use)
        store.traffic.prune(nowMs)
        store.invites.removeExpired(nowMs)
      })
    } catch (error) {
      this.#refused(error)
      return false
    }
    tunnels.pointsSaved()
    clients.lastSeenSaved()
    passes.saved(uses)
    if (this.#refusal !== undefined) log.info('the state is saved again')
    this.#refusal = undefined
    return true
  }

  /** For what a crash should not lose, such as when an agent was last seen. Many at once become one save. */
  saveSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      // A refused one is tried again at its own time.
      if (this.#refusal === undefined) this.save()
    }, soonMs)
    this.#soon.unref()
  }

  /** The last save, which waits a little for a lock. */
  async close(): Promise<void> {
    const untilMs = performance.now() + lastTriesMs
    while (!this.save() && this.#refusal === 'state-locked' && performance.now() < untilMs)
      await pause(lockedRetryMs)
    clearTimeout(this.#retry)
    clearTimeout(this.#soon)
  }

  #refused(error: unknown): void {
    const code = error instanceof RelayError ? error.code : 'bug'
    if (code !== this.#refusal) {
      this.#options.log.error('the state cannot be saved: counters are kept in memory, traffic goes on', {
        code,
        reason: error,
      })
    }
    this.#refusal = code
    this.#retry = setTimeout(() => this.save(), code === 'state-locked' ? lockedRetryMs : refusedRetryMs)
    this.#retry.unref()
  }
}

/** Once per minute: saves, tries failed ports again, and removes what has expired. Returns how to stop. */
export function keepBooks({
  books,
  tunnels,
  hosts,
  invites,
  passes,
  stock,
  log,
}: {
  books: Books
  tunnels: TunnelRegistry
  hosts: HostListeners
  invites: Invites
  passes: Pick<GuestPasses, 'review'>
  stock: StockSupport
  log: Log
}): () => void {
  const attempt = (what: string, work: () => Promise<unknown>) =>
    void work().catch((error: unknown) => log.error(`${what} failed`, { reason: error }))
  const rounds = every(intervalMs, () => {
    passes.review()
    if (books.save()) {
      attempt('taking back used invites', async () => invites.retireAll())
      attempt('removing clients whose npc has gone', () => stock.removeLeftClients())
    }
    attempt('trying ports again', async () => {
      await hosts.follow()
      await tunnels.retryFailed()
    })
  })
  return () => rounds[Symbol.dispose]()
}
