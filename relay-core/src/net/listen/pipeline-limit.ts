import type { IncomingMessage, ServerResponse } from 'node:http'

/** Requests that a peer may send before the first is answered; browsers send one. */
export const maxPipelinedRequests = 16

/**
 * Ends a connection that keeps asking without reading its answers: each of those would wait in memory, and forty
 * bytes of request can be half a megabyte of answer.
 */
export class PipelineLimit {
  readonly #waiting = new WeakMap<object, number>()

  /** False for a request of a connection that has just been ended: it gets no answer. */
  admit({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const waiting = this.#waiting.get(socket) ?? 0
    if (waiting >= maxPipelinedRequests || socket.destroyed) {
      socket.destroy()
      return false
    }
    this.#waiting.set(socket, waiting + 1)
    response.once('close', () => this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1))
    return true
  }
}
