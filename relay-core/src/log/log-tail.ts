/** How many lines a new follower gets first. */
const keptLines = 500
/** A follower that does not keep up gets no more than this many lines at once; older ones are gone. */
const mostWaiting = 2_000

/** The last lines of the log in memory, for those who watch it from afar. */
export class LogTail {
  readonly #lines: string[] = []
  readonly #followers = new Set<(line: string) => void>()

  /** `line` may end in a line feed. */
  push(line: string): void {
    const text = line.trimEnd()
    this.#lines.push(text)
    if (this.#lines.length > keptLines) this.#lines.shift()
    for (const follower of this.#followers) follower(text)
  }

  /** The kept lines first, then each new one. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<{ lines: string[] }> {
    let waiting = [...this.#lines]
    let wake: () => void = () => undefined
    const take = (line: string) => {
      waiting.push(line)
      if (waiting.length > mostWaiting) waiting.shift()
      wake()
    }
    const stop = () => wake()
    this.#followers.add(take)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      let isFirst = true
      while (!signal?.aborted) {
        if (isFirst || waiting.length > 0) {
          isFirst = false
          const lines = waiting
          waiting = []
          yield { lines }
        } else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.#followers.delete(take)
      signal?.removeEventListener('abort', stop)
    }
  }
}
