import { changes } from '../async/signals/changes.ts'
import { Signal } from '../async/signals/signal.ts'

/** How many lines a new follower gets first. */
const keptLines = 500
/** A follower that does not keep up gets no more than this many lines at once; older ones are gone. */
const maxWaiting = 2_000

/** The last lines of the log in memory, for those who watch it from afar. */
export class LogTail {
  readonly #lines: string[] = []
  readonly #pushed = new Signal<[line: string]>()

  /** `line` may end in a line feed. */
  push(line: string): void {
    const text = line.trimEnd()
    this.#lines.push(text)
    if (this.#lines.length > keptLines) this.#lines.shift()
    this.#pushed.emit(text)
  }

  /** The kept lines first, then each new one. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<{ lines: string[] }> {
    let waiting = [...this.#lines]
    using _subscription = this.#pushed.subscribe((line) => {
      waiting.push(line)
      if (waiting.length > maxWaiting) waiting.shift()
    })
    for await (const _ of changes(this.#pushed, { signal })) {
      const lines = waiting
      waiting = []
      yield { lines }
    }
  }
}
