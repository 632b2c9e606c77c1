import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { parseTunnelId, tunnelIdOf } from '../ids.ts'
import type { ListedTunnel } from '../known-tunnels/list-tunnels.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage, TunnelNote } from '../storage/records.ts'
import { newNote } from '../known-tunnels/new-note.ts'

/** How long the screen offers "Undo". */
const undoWindowMs = 10_000

/**
 * Deletes in two steps: stopped at once, removed ten seconds later. What is due is kept in the app's data, so that a
 * deletion is finished at the next start, or when its server can be reached again.
 */
export class PendingRemovals {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #clock: Clock
  readonly #log: Log
  readonly #timers = new Map<string, Disposable>()
  readonly #working = new Map<string, Promise<void>>()
  readonly #subscriptions = new DisposableStack()
  #closed = false

  constructor(options: { storage: Storage; relays: Relays; clock: Clock; log: Log }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#clock = options.clock
    this.#log = options.log
  }

  start(): void {
    this.#subscriptions.use(this.#relays.onChange((serverId) => this.#resume(serverId)))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#subscriptions.dispose()
    for (const timer of this.#timers.values()) timer[Symbol.dispose]()
    this.#timers.clear()
    await Promise.all(this.#working.values())
  }

  /** Answers with the time at which "Undo" ends. */
  async remove({ id, kind, reach, port, relayTunnel, server }: ListedTunnel): Promise<number> {
    const startOnUndo = relayTunnel.enabled
    if (startOnUndo) await this.#relays.api(server.id).tunnels.stop({ id: relayTunnel.id })
    const dueAtMs = this.#clock.now() + undoWindowMs
    const note = this.#storage.tunnelNotes.get(id) ?? {
      ...newNote(id, kind),
      ...(reach === 'laptop' && { localPort: port, passwordMark: '' }),
    }
    this.#storage.tunnelNotes.put({ ...note, removal: { dueAtMs, startOnUndo } })
    this.#schedule(id, undoWindowMs)
    return dueAtMs
  }

  /** Without the time for "Undo". */
  async removeNow({ id, relayTunnel, server }: ListedTunnel): Promise<void> {
    await this.#removeThere({ serverId: server.id, relayTunnelId: relayTunnel.id })
    const note = this.#storage.tunnelNotes.get(id)
    if (note) this.#forget(note)
  }

  /** Throws `not-found` when it was too late. */
  async undo(tunnelId: string): Promise<void> {
    const note = this.#storage.tunnelNotes.get(tunnelId)
    const ref = parseTunnelId(tunnelId)
    if (!note?.removal || !ref || this.#working.has(tunnelId)) {
      throw new AppError('not-found', 'This tunnel is already deleted. Add it again.', {})
    }
    const { dueAtMs, startOnUndo } = note.removal
    this.#unschedule(tunnelId)
    const undoing = this.#takeBack(note, startOnUndo ? ref : null)
    // While the server is asked, whatever it tells must not bring the deletion back.
    this.#working.set(
      tunnelId,
      undoing.catch(() => undefined),
    )
    try {
      await undoing
      this.#working.delete(tunnelId)
    } catch (error) {
      this.#working.delete(tunnelId)
      this.#schedule(tunnelId, this.#untilMs(dueAtMs))
      throw error
    }
  }

  async #takeBack(
    note: TunnelNote,
    toStart: { serverId: string; relayTunnelId: number } | null,
  ): Promise<void> {
    if (toStart) await this.#relays.api(toStart.serverId).tunnels.start({ id: toStart.relayTunnelId })
    this.#storage.tunnelNotes.put({ ...(this.#storage.tunnelNotes.get(note.id) ?? note), removal: null })
  }

  /** A server is online: what is due there is finished, and notes of tunnels that are gone are dropped. */
  #resume(serverId: string): void {
    const { link, mirror } = this.#relays.view(serverId)
    if (link.state !== 'online' || !mirror.tunnels || !mirror.hasToldTunnels) return
    const there = new Set(
      [...mirror.tunnels, ...mirror.unread.tunnels].map((tunnel) => tunnelIdOf(serverId, tunnel.id)),
    )
    for (const note of this.#storage.tunnelNotes.list()) {
      if (!note.removal || parseTunnelId(note.id)?.serverId !== serverId) continue
      if (!there.has(note.id)) this.#forget(note)
      else if (!this.#timers.has(note.id)) this.#schedule(note.id, this.#untilMs(note.removal.dueAtMs))
    }
  }

  /** No longer than a person was told, should the clock have been set back since. */
  #untilMs(dueAtMs: number): number {
    return Math.min(Math.max(0, dueAtMs - this.#clock.now()), undoWindowMs)
  }

  #schedule(tunnelId: string, delayMs: number): void {
    if (this.#closed || this.#working.has(tunnelId)) return
    this.#unschedule(tunnelId)
    this.#timers.set(
      tunnelId,
      this.#clock.after(delayMs, () => {
        this.#timers.delete(tunnelId)
        const working = this.#finish(tunnelId).finally(() => this.#working.delete(tunnelId))
        this.#working.set(tunnelId, working)
      }),
    )
  }

  #unschedule(tunnelId: string): void {
    this.#timers.get(tunnelId)?.[Symbol.dispose]()
    this.#timers.delete(tunnelId)
  }

  async #finish(tunnelId: string): Promise<void> {
    const ref = parseTunnelId(tunnelId)
    const note = this.#storage.tunnelNotes.get(tunnelId)
    if (!ref || !note?.removal) return
    try {
      await this.#removeThere(ref)
      this.#forget(note)
    } catch (error) {
      // it stays due: the next change of its server's link tries again
      this.#log.warn('deleting a tunnel is put off', { tunnel: tunnelId, error })
    }
  }

  async #removeThere({
    serverId,
    relayTunnelId,
  }: {
    serverId: string
    relayTunnelId: number
  }): Promise<void> {
    try {
      await this.#relays.api(serverId).tunnels.remove({ id: relayTunnelId })
    } catch (error) {
      if (failureOfError(error).code !== 'not-found') throw error
    }
  }

  #forget(note: TunnelNote): void {
    this.#unschedule(note.id)
    this.#storage.whenPossible(`tunnel-note/${note.id}`, () => this.#storage.tunnelNotes.delete(note.id))
  }
}
