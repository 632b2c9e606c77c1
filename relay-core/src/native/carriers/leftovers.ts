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
  #timer: NodeJS.Timeout | undefined

  get all(): ReadonlySet<Link> {
    return this.#links
  }

  add(link: Link): void {
    this.#links.add(link)
    void link.streamsEnded.then(() => this.#links.delete(link))
  }

  /** The last link is lost: without another one soon, the streams end. */
  endLater(): void {
    clearTimeout(this.#timer)
    // A program that ends takes its streams along anyway.
    this.#timer = setTimeout(() => this.end(), leftoverMs).unref()
  }

  /** There is a link again: each stream goes on until it ends, or its own connection does. */
  keep(): void {
    clearTimeout(this.#timer)
  }

  end(): void {
    clearTimeout(this.#timer)
    for (const link of this.#links) link.endStreams()
  }
}
