import { randomUUID } from 'node:crypto'
import { changes, Signal } from '@nps-desktop/relay-core/async'
import type { OutputPlace, TerminalOutput } from '@nps-desktop/electron/contract'

/** What a page that comes later is still shown, in UTF-16 units: some thousands of lines. */
const maxTail = 512 * 1024
/** How far the fastest page may be behind before the channel is read no further. */
const maxUnread = 256 * 1024
/** One message to a page. */
const maxPiece = 64 * 1024

/** The end of a terminal's output: pages read it at their own pace, and their pace holds back who writes it. */
export class OutputTail {
  readonly #run = randomUUID()
  readonly #changed = new Signal()
  #text = ''
  /** Offset of the first unit of `#text`. */
  #start = 0
  /** As far as a page has taken it. */
  #acknowledged = 0
  /** As far as it has been sent to any page. */
  #sent = 0
  #readers = 0

  get end(): number {
    return this.#start + this.#text.length
  }

  push(text: string): void {
    if (text === '') return
    this.#text += text
    if (this.#text.length > maxTail) {
      const drop = this.#text.length - maxTail / 2
      this.#text = this.#text.slice(drop)
      this.#start += drop
    }
    this.#changed.emit()
  }

  acknowledge({ run, offset }: OutputPlace): void {
    if (run !== this.#run || offset <= this.#acknowledged) return
    this.#acknowledged = Math.min(offset, this.end)
    this.#changed.emit()
  }

  /** Fulfils when more may be pushed, or when `signal` aborts: at once while no page reads, for then only the tail is kept. */
  async room(signal: AbortSignal): Promise<void> {
    if (this.#hasRoom) return
    for await (const _ of changes(this.#changed, { signal })) if (this.#hasRoom) return
  }

  /** Ends when `signal` aborts. Of a place that is not known any more, it begins with `reset`. */
  async *read(from: OutputPlace | null, signal: AbortSignal): AsyncGenerator<TerminalOutput, void, void> {
    const isKnown = from?.run === this.#run && from.offset >= this.#start && from.offset <= this.end
    let at = isKnown ? from.offset : this.#start
    let reset = from !== null && !isKnown
    this.#acknowledged = Math.max(this.#acknowledged, at)
    this.#readers++
    try {
      for await (const _ of changes(this.#changed, { signal })) {
        for (;;) {
          if (at < this.#start) [at, reset] = [this.#start, true]
          const piece = this.#pieceAt(at)
          if (piece === '' && !reset) break
          const replay = at < this.#sent
          at += piece.length
          this.#sent = Math.max(this.#sent, at)
          yield { place: { run: this.#run, offset: at }, text: piece, reset, replay }
          reset = false
        }
      }
    } finally {
      this.#readers--
      this.#changed.emit()
    }
  }

  get #hasRoom(): boolean {
    return this.#readers === 0 || this.end - this.#acknowledged < maxUnread
  }

  /** Either wholly sent before, or wholly new. */
  #pieceAt(offset: number): string {
    const from = offset - this.#start
    const until = offset < this.#sent ? Math.min(this.#sent - this.#start, from + maxPiece) : from + maxPiece
    return this.#text.slice(from, until)
  }
}
