/** How long streams outlive the link by which they began, unless the same two find each other again. */
export const leftoverMs = 60_000

/** A link that has ended while streams of it may still be under way. */
export interface Leftover {
  readonly streamsEnded: Promise<unknown>
  /** Ends those streams. Idempotent. */
  endStreams(): void
}

/** The streams that outlive their links, at either end: a short cut of the line is nothing to TCP, and so it is to them. */
export class Leftovers<Link extends Leftover> {
  readonly #links = new Set<Link>()
  #isLinkLost = false
  /** Runs only while there is something to end: what holds no streams is not kept in memory by it. */
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

  /** The last link is lost: without another one soon, the streams end. */
  endLater(): void {
    this.#isLinkLost = true
    this.#endAfterWait()
  }

  /** There is a link again: each stream goes on until it ends, or its own connection does. */
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
    // A program that ends takes its streams along anyway.
    if (this.#links.size > 0) this.#timer = setTimeout(() => this.end(), leftoverMs).unref()
  }
}
