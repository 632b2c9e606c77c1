import type { ClientContext, ClientLink } from '@orpc/client'
import { DynamicLink } from '@orpc/client'
import { readonly, shallowRef } from 'vue'
import type { Ref } from 'vue'
import { RefusedError } from './rpc-carrier.ts'
import type { CarrierLink, PageRefusal, RpcCarrier } from './rpc-carrier.ts'

export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'online' }
  /** `refusal`: it is there, and does not let this page in. */
  | { state: 'lost'; sinceMs: number; refusal: PageRefusal | null }

/** How long opening may take before it is tried again. */
const openTimeoutMs = 8_000
/** How long a call waits for the backend to come back before it fails. */
const callWaitMs = 10_000
const firstRetryMs = 200
const slowestRetryMs = 3_000
/** After a link that lived this long, the pauses start short again. */
const goodLinkMs = 5_000

/**
 * Keeps one link to the backend open until it is closed. Calls made while the backend is away wait a little; feeds are
 * subscribed again by `follow`.
 */
export class BackendConnection {
  readonly link: ClientLink<ClientContext>
  readonly state: Readonly<Ref<ConnectionState>>
  readonly #state = shallowRef<ConnectionState>({ state: 'connecting' })
  readonly #carrier: RpcCarrier
  readonly #stop = new AbortController()
  #current: CarrierLink | undefined
  #waiters = new Set<() => void>()

  constructor(carrier: RpcCarrier) {
    this.#carrier = carrier
    this.state = readonly(this.#state)
    this.link = new DynamicLink(() => this.#linkWithin(callWaitMs))
  }

  /** Starts connecting; returns at once. */
  start(): void {
    void this.#run()
  }

  close(): void {
    this.#stop.abort(new Error('the connection was closed'))
    this.#current?.close()
  }

  /** Fulfils when the backend answers; rejects when `signal` was aborted. */
  async online({ signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted()
    if (this.#current) return
    const up = Promise.withResolvers<void>()
    const abort = (): void => up.reject(signal.reason)
    this.#waiters.add(up.resolve)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await up.promise
    } finally {
      this.#waiters.delete(up.resolve)
      signal.removeEventListener('abort', abort)
    }
  }

  async #linkWithin(timeoutMs: number): Promise<ClientLink<ClientContext>> {
    if (!this.#current) {
      await this.online({ signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(timeoutMs)]) })
    }
    if (!this.#current) throw new Error("the app's backend does not answer")
    return this.#current.link
  }

  async #run(): Promise<void> {
    const signal = this.#stop.signal
    let retryMs = firstRetryMs
    while (!signal.aborted) {
      let onlineAtMs = Number.POSITIVE_INFINITY
      let refusal: PageRefusal | null = null
      try {
        const opened = await this.#carrier.open({
          signal: AbortSignal.any([signal, AbortSignal.timeout(openTimeoutMs)]),
        })
        this.#current = opened
        this.#state.value = { state: 'online' }
        for (const wake of this.#waiters) wake()
        onlineAtMs = Date.now()
        await opened.closed
      } catch (error) {
        // Any other reason cannot be told from here: the state says that the backend is away, and the next try follows.
        if (error instanceof RefusedError) refusal = error.why
      }
      this.#current = undefined
      this.#markLost(refusal)
      // A link that opens and closes at once is as good as none.
      if (Date.now() - onlineAtMs >= goodLinkMs) retryMs = firstRetryMs
      await pause(retryMs, signal)
      retryMs = Math.min(retryMs * 2, slowestRetryMs)
    }
  }

  #markLost(refusal: PageRefusal | null): void {
    const last = this.#state.value
    if (last.state !== 'lost') this.#state.value = { state: 'lost', sinceMs: Date.now(), refusal }
    else if (last.refusal !== refusal) this.#state.value = { ...last, refusal }
  }
}

/** Waits `ms`, or less when `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
