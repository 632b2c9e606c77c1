import { type Clock, untilSettled } from '@nps-desktop/relay-core/async'
import type { OfferedFile, PageFilesEvent } from '@nps-desktop/electron/contract'

/**
 * Counted from the last piece that came, not from when one was asked for: the 64 pieces that a copy asks for at once take minutes where the
 * browser is at the other end of a slow `ssh -L`. One of them, 87 KB with its base64, takes as long as this on a line of 24 kbit/s.
 */
const silenceTimeoutMs = 30_000

type Wanted = PageFilesEvent['wanted'][number]
/** `unreadable`: the file is not there any more as it was chosen. `away`: the page is gone, or has been silent for too long. */
type PageAnswer = Buffer | 'unreadable' | 'away'

/** The files that a page has given at once, and what is wanted of them. */
export class PageOffer {
  /** By path. */
  readonly files: ReadonlyMap<string, OfferedFile & { readonly index: number }>
  readonly #clock: Clock
  /** What the page owes, by number. */
  readonly #reads = new Map<number, (answer: PageAnswer) => void>()
  #wanted: Wanted[] = []
  #wake = Promise.withResolvers<void>()
  #silence: Disposable | null = null
  #isOver = false

  constructor(files: PageOffer['files'], { clock }: { clock: Clock }) {
    this.files = files
    this.#clock = clock
  }

  /** Nothing of it is being read. */
  get isIdle(): boolean {
    return this.#reads.size === 0
  }

  /** What the page is to read, as soon as there is something; ends with the offer. */
  async *wanted(): AsyncGenerator<Wanted[], void, void> {
    while (!this.#isOver) {
      this.#wake = Promise.withResolvers()
      if (this.#wanted.length > 0) yield this.#wanted.splice(0)
      else await this.#wake.promise
    }
  }

  /** `wanted.read`: a number that no other one has. */
  async read(wanted: Wanted): Promise<PageAnswer> {
    if (this.#isOver) return 'away'
    return await untilSettled<PageAnswer>((resolve) => {
      this.#reads.set(wanted.read, resolve)
      this.#wanted.push(wanted)
      this.#wake.resolve()
      // what is asked for while the page owes an answer gives it no more time
      this.#silence ??= this.#waitForPage()
      return () => {
        this.#reads.delete(wanted.read)
        this.#wanted = this.#wanted.filter((one) => one !== wanted)
        if (this.#reads.size === 0) this.#stopWaiting()
      }
    }, {})
  }

  /** Does nothing where nobody waits for it here. */
  give(read: number, bytes: Buffer | null): void {
    const answer = this.#reads.get(read)
    if (!answer) return
    this.#stopWaiting()
    answer(bytes ?? 'unreadable')
    if (this.#reads.size > 0) this.#silence = this.#waitForPage()
  }

  /** The page is gone, or its files are not wanted any more. */
  end(): void {
    this.#isOver = true
    this.#wake.resolve()
    this.#away()
  }

  #waitForPage(): Disposable {
    return this.#clock.after(silenceTimeoutMs, () => this.#away(), { ref: false })
  }

  #stopWaiting(): void {
    this.#silence?.[Symbol.dispose]()
    this.#silence = null
  }

  #away(): void {
    for (const answer of this.#reads.values()) answer('away')
  }
}
