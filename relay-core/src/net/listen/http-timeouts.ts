import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { maxPipelinedRequests } from './pipeline-limit.ts'

export interface HttpTimeoutOptions {
  /** From the beginning to a whole head. */
  readonly headTimeoutMs: number
  /** From the last answer to the next whole head. */
  readonly keepAliveTimeoutMs: number
}

/**
 * How long an HTTP connection may be silent, and how many requests it may have pending. For connections that are handed to
 * a node:http server, whose own timeouts work only while it listens.
 */
export class HttpTimeouts {
  readonly #connection: Duplex
  readonly #timeouts: HttpTimeoutOptions
  #pending = 0
  #deadline: NodeJS.Timeout | undefined

  constructor(connection: Duplex, timeouts: HttpTimeoutOptions) {
    this.#connection = connection
    this.#timeouts = timeouts
    this.#awaitHead(timeouts.headTimeoutMs)
    connection.once('close', () => this.stop())
  }

  /** False for a request beyond the limit; the connection has been ended and the request gets no answer. */
  admit(response: ServerResponse): boolean {
    if (this.#pending >= maxPipelinedRequests) {
      this.#connection.destroy()
      return false
    }
    this.stop()
    this.#pending += 1
    response.once('close', () => {
      this.#pending -= 1
      if (this.#pending === 0 && !this.#connection.destroyed)
        this.#awaitHead(this.#timeouts.keepAliveTimeoutMs)
    })
    return true
  }

  /** Nothing is waited for: the connection has switched protocols, or is over. */
  stop(): void {
    clearTimeout(this.#deadline)
  }

  #awaitHead(timeoutMs: number): void {
    this.stop()
    this.#deadline = setTimeout(() => this.#connection.destroy(), timeoutMs)
  }
}
