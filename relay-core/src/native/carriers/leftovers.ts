/** How long streams outlive the link they began on, unless the same two peers connect again. */
export const leftoverMs = 60_000

/** A link that has ended while streams of it may still be under way. */
export interface Leftover {
  readonly streamsEnded: Promise<unknown>
  /** Ends those streams. Idempotent. */
  endStreams(): void
}

/** The streams that outlive their links, at either end: TCP survives a short cut of the line, and so do they. */
export class Leftovers<Link extends Leftover> {
  readonly #links = new Set<Link>()
  #isLinkLost = false
  /** Runs only while there is something to end, so that nothing without streams is kept in memory. */
  #timer: NodeJS.Timeout | undefined

  get all(): ReadonlySet<Link> {
    return this.#links
  }

  add(link: Link): void {
    this.#links.add(link)
    if (this.#isLinkLost) this.#endAfterWait()
    void link.streamsEnded.then(() => {
      this.#links.delete(link)
      if (this.#links.size === 0) clearTimeout(this.#timer)
    })
  }

  /** The last link is lost: the streams end unless there is another one soon. */
  endLater(): void {
    this.#isLinkLost = true
    this.#endAfterWait()
  }

  /** There is a link again: each stream goes on until it or its connection ends. */
  keep(): void {
    this.#isLinkLost = false
    clearTimeout(this.#timer)
  }

  end(): void {
    clearTimeout(this.#timer)
    for (const link of this.#links) link.endStreams()
  }

  #endAfterWait(): void {
    clearTimeout(this.#timer)
    // A program that exits ends its streams anyway.
    if (this.#links.size > 0) this.#timer = setTimeout(() => this.end(), leftoverMs).unref()
  }
}
