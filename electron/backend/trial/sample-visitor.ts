import { get } from 'node:http'
import type { Log } from '@nps-desktop/relay-core/log'

const visitIntervalMs = 1_000
const visitTimeoutMs = 5_000

/**
 * Somebody who uses the samples, so that there is traffic to see before a person opens one: every second it fetches a
 * page through each public port, as a browser would.
 */
export class SampleVisitor {
  readonly #urls: readonly string[]
  readonly #log: Log
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #visits: Promise<unknown> = Promise.resolve()

  constructor(options: { urls: readonly string[]; log: Log }) {
    this.#urls = options.urls
    this.#log = options.log
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#visits = Promise.all(this.#urls.map((url) => this.#visit(url))).then(() => {
        if (!this.#stop.signal.aborted) this.start()
      })
    }, visitIntervalMs)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#stop.abort()
    await this.#visits
  }

  async #visit(url: string): Promise<void> {
    try {
      await fetchOnce(url, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(visitTimeoutMs)]))
    } catch (error) {
      // a person may have paused or deleted the tunnel: that is theirs to do
      this.#log.debug('the sample visitor was turned away', { url, error })
    }
  }
}

/** Not `fetch`: its pool would keep connections open after the visit. */
function fetchOnce(url: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal }, (response) => {
      response.once('error', reject)
      response.once('close', resolve)
      response.resume()
    })
    request.once('error', reject)
  })
}
