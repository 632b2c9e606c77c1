import { RelayError } from '../../api/errors.ts'
import { maxWatches, watchKeptForMs } from '../../api/webhook/watch-limits.ts'
import type { Watch, Watched, WatchWish } from '../../api/webhook/watch-models.ts'
import type { Clock } from '../../async/time/clock.ts'
import { every } from '../../async/time/every.ts'
import type { Log } from '../../log/log.ts'
import type { AgentSession } from '../../session/agent-session.ts'
import type { WatchStore } from '../store/watch-store.ts'
import type { WebhookEvent } from '../webhook/event.ts'
import { eventOfWatch, hasProcess, nextResting, type Resting } from './judge-watches.ts'

export interface WatchesOptions {
  readonly store: WatchStore
  /** The lab box of a client. @throws RelayError `not-found` */
  readonly labOf: (clientId: number) => { readonly name: string }
  readonly sessionOf: (clientId: number) => AgentSession | undefined
  readonly tell: (event: WebhookEvent) => void
  readonly log: Log
  readonly clock: Clock
}

/** How often an agent is asked, while something is watched there; about GPUs, for which it runs a program, less often. */
const askEveryMs = 10_000
const askGpusEveryMs = 60_000
/** A GPU of which nothing was heard for longer may have worked meanwhile. */
const restUnheardMs = 3 * askGpusEveryMs

/** What the relay is to tell once: it asks the agents, also while no app runs. */
export class Watches {
  readonly #options: WatchesOptions
  readonly #resting = new Map<number, { readonly atMs: number; readonly gpus: Resting }>()
  readonly #gpusAskedAtMs = new Map<number, number>()
  readonly #looking = new Set<number>()
  /** Told, and still in a state file that cannot be written now. */
  readonly #told = new Set<number>()
  /** The last question to each client, settled or not: npc answers one at a time. */
  readonly #questions = new Map<number, Promise<unknown>>()
  readonly #closed = new AbortController()
  readonly #rounds: Disposable

  constructor(options: WatchesOptions) {
    this.#options = options
    this.#rounds = every(askEveryMs, () => this.#round(), { clock: options.clock, ref: false })
  }

  list(): Watch[] {
    return this.#options.store.list().filter((watch) => !this.#isOver(watch))
  }

  /**
   * Asks the agent first, so that what it cannot tell is refused at once. Rejects with `not-found`, `agent-offline`, `limit-reached`, `mode-unsupported` for an
   * older or a stock agent, `target-denied` where its owner does not want it, `target-missing` where it does not see the process, or no GPU.
   */
  async add(clientId: number, wish: WatchWish, { signal }: { signal: AbortSignal }): Promise<Watch> {
    const { store, clock, sessionOf, log } = this.#options
    const same = this.#sameOrRoom(clientId, wish)
    if (same) return same
    const session = sessionOf(clientId)
    if (!session) throw new RelayError('agent-offline', 'The lab box is not connected. Start npc there.')
    const answer = await this.#ask(clientId, session, [wish], { signal })
    const isSeen = wish.kind === 'process-ends' ? hasProcess(wish, answer) : (answer.gpus ?? []).length > 0
    if (!isSeen)
      throw new RelayError(
        'target-missing',
        wish.kind === 'process-ends'
          ? `npc sees no process ${wish.pid} of that time there.`
          : 'No tool of a GPU answers npc there.',
        { target: wish.kind === 'process-ends' ? wish.name : 'GPU' },
      )
    // another may have been added, and the lab box removed, while npc was asked
    const meanwhile = this.#sameOrRoom(clientId, wish)
    if (meanwhile) return meanwhile
    const watch = store.add({ clientId, wish, expiresAtMs: clock.now() + watchKeptForMs })
    log.info('watch added', { client: clientId, kind: wish.kind })
    return watch
  }

  /** Idempotent. */
  remove(id: number): void {
    this.#options.store.remove(id)
  }

  close(): void {
    this.#rounds[Symbol.dispose]()
    this.#closed.abort()
  }

  #round(): void {
    this.#whereWritable(() => this.#forget())
    this.#whereWritable(() => this.#beginRound())
  }

  /** A state file that is full or locked now is looked into again in the next round. */
  #whereWritable(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      this.#options.log.debug('what is watched could not be looked into', { code: error.code })
    }
  }

  #isOver({ id, expiresAtMs }: Watch): boolean {
    return this.#told.has(id) || expiresAtMs <= this.#options.clock.now()
  }

  /** Takes what is over out of the state file. Throws, and has forgotten less, when that cannot be written. */
  #forget(): void {
    const { store } = this.#options
    for (const { id } of store.list().filter((watch) => this.#isOver(watch))) store.remove(id)
    this.#told.clear()
  }

  #beginRound(): void {
    const clients = new Set(this.list().map(({ clientId }) => clientId))
    for (const clientId of this.#gpusAskedAtMs.keys()) {
      if (clients.has(clientId)) continue
      this.#gpusAskedAtMs.delete(clientId)
      this.#resting.delete(clientId)
    }
    for (const clientId of clients) if (!this.#looking.has(clientId)) void this.#look(clientId)
  }

  /** Never rejects: an agent that does not answer now is asked in the next round. */
  async #look(clientId: number): Promise<void> {
    const { sessionOf, labOf, clock, log, tell } = this.#options
    const session = sessionOf(clientId)
    if (!session) return
    this.#looking.add(clientId)
    try {
      const askedAtMs = clock.now()
      // absolute: a clock that was set back is no reason to wait
      const isForGpus = Math.abs(askedAtMs - (this.#gpusAskedAtMs.get(clientId) ?? 0)) >= askGpusEveryMs
      if (isForGpus) this.#gpusAskedAtMs.set(clientId, askedAtMs)
      const asked = this.list().filter(
        (one) => one.clientId === clientId && (isForGpus || one.wish.kind !== 'gpus-free'),
      )
      if (asked.length === 0) return
      const answer = await this.#ask(
        clientId,
        session,
        asked.map(({ wish }) => wish),
        { signal: this.#closed.signal },
      )
      const nowMs = clock.now()
      const known = this.#resting.get(clientId)
      const isRecent = known !== undefined && Math.abs(nowMs - known.atMs) <= restUnheardMs
      const resting = nextResting(isRecent ? known.gpus : new Map(), answer, nowMs)
      if (isForGpus) this.#resting.set(clientId, { atMs: nowMs, gpus: resting })
      const left = new Set(this.list().map(({ id }) => id))
      for (const watch of asked.filter(({ id }) => left.has(id))) {
        const event = eventOfWatch(watch, { lab: labOf(clientId).name, answer, resting, nowMs })
        if (!event) continue
        this.#told.add(watch.id)
        tell(event)
      }
      this.#whereWritable(() => this.#forget())
    } catch (error) {
      if (!this.#closed.signal.aborted)
        log.info('a lab box did not tell what is watched there', { client: clientId, reason: error })
    } finally {
      this.#looking.delete(clientId)
    }
  }

  /** The watch that is already there for the wish; null where there is room for it. Throws `not-found` or `limit-reached`. */
  #sameOrRoom(clientId: number, wish: WatchWish): Watch | null {
    this.#options.labOf(clientId)
    const own = this.list().filter((one) => one.clientId === clientId)
    const same = own.find((one) => JSON.stringify(one.wish) === JSON.stringify(wish))
    if (same) return same
    if (own.length < maxWatches) return null
    throw new RelayError('limit-reached', `There are ${maxWatches} watches of this lab box already.`, {
      limit: maxWatches,
    })
  }

  /** Waits until the questions before it are answered, each of which has a deadline. */
  async #ask(
    clientId: number,
    session: AgentSession,
    wishes: readonly WatchWish[],
    { signal }: { signal: AbortSignal },
  ): Promise<Watched> {
    const pids = wishes.flatMap((wish) => (wish.kind === 'process-ends' ? [wish.pid] : []))
    const gpus = wishes.some(({ kind }) => kind === 'gpus-free')
    const turn = Promise.allSettled([this.#questions.get(clientId)]).then(async () => {
      signal.throwIfAborted()
      // Its grammar is a package's, which would cost an idle relay memory.
      const { askWatched } = await import('./ask-watched.ts')
      return await askWatched(session, { pids, gpus }, { signal })
    })
    this.#questions.set(clientId, turn)
    try {
      return await turn
    } finally {
      if (this.#questions.get(clientId) === turn) this.#questions.delete(clientId)
    }
  }
}
