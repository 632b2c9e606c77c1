import type { Clock } from '@nps-desktop/relay-core/async'
import type { OfferedFile, PageFilesEvent } from '@nps-desktop/electron/contract'
import { pageClosed, pageFileChanged } from './file-failures.ts'
import type { Found } from './file-side.ts'
import { PageOffer } from './page-offer.ts'

/** No path of any system begins so. */
const prefix = 'page:'
/** A page keeps what it has offered until it is closed, also when that has long been copied: 1,000 names at most each. */
const maxOffers = 256

interface FoundOffer {
  readonly offer: PageOffer
  readonly file: OfferedFile & { readonly index: number }
}

/**
 * Files that a person has given to a page in a browser, which alone can read them. The page is asked for each piece, so that no more is on
 * its way than the copy has room for. When the page goes, so do its files: `page-closed`.
 */
export class PageFiles {
  readonly #clock: Clock
  /** In the order in which they are asked: of two pages that have the same file the one that was given it last is there most likely. */
  #offers: PageOffer[] = []
  #lastRead = 0

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  static owns(path: string): boolean {
    return path.startsWith(prefix)
  }

  /** Begins with the paths of the files; then says what of them is wanted, until the page ends it. */
  async *offer(
    files: readonly OfferedFile[],
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<PageFilesEvent, void, void> {
    if (signal.aborted) return
    const paths = files.map((file) => pathOf(file))
    const byPath = new Map(files.map((file, index) => [paths[index] ?? '', { ...file, index }]))
    const offer = new PageOffer(byPath, { clock: this.#clock })
    this.#makeRoom()
    this.#offers.unshift(offer)
    const leave = (): void => offer.end()
    signal.addEventListener('abort', leave)
    try {
      yield { paths, wanted: [] }
      for await (const wanted of offer.wanted()) if (!signal.aborted) yield { paths: [], wanted }
    } finally {
      signal.removeEventListener('abort', leave)
      this.#end(offer)
    }
  }

  /** What a page has read; null: it could not. What nobody waits for any more is dropped. */
  give(read: number, bytes: Buffer | null): void {
    for (const offer of this.#offers) offer.give(read, bytes)
  }

  /** Throws `page-closed`. */
  look(path: string): Found {
    const { bytes, changedAtMs } = this.#find(path).file
    return { kind: 'file', bytes, changedAtMs, mode: null, owner: '' }
  }

  /**
   * Rejects with `page-file-changed` where the file is no longer as it was given, or with `page-closed`, also when no page that has it
   * answers.
   */
  async read(path: string, at: number, into: Buffer): Promise<void> {
    if (into.length === 0) return
    for (const tried = new Set<PageOffer>(); ;) {
      const { offer, file } = this.#find(path, tried)
      const answer = await offer.read({ read: ++this.#lastRead, file: file.index, at, bytes: into.length })
      if (answer === 'away') {
        tried.add(offer)
        this.#askLast(offer)
        continue
      }
      if (answer === 'unreadable' || answer.length !== into.length) throw pageFileChanged(file.name)
      answer.copy(into)
      return
    }
  }

  #find(path: string, tried: ReadonlySet<PageOffer> = new Set()): FoundOffer {
    for (const offer of this.#offers) {
      const file = tried.has(offer) ? undefined : offer.files.get(path)
      if (file) return { offer, file }
    }
    throw pageClosed(path.slice(path.indexOf('/') + 1))
  }

  /** A page that sleeps may wake up: its files can still be read where no other page has them. */
  #askLast(offer: PageOffer): void {
    if (this.#offers.includes(offer)) this.#offers = [...this.#offers.filter((one) => one !== offer), offer]
  }

  #makeRoom(): void {
    if (this.#offers.length < maxOffers) return
    const oldest = this.#offers.findLast(({ isIdle }) => isIdle)
    if (oldest) this.#end(oldest)
  }

  #end(offer: PageOffer): void {
    this.#offers = this.#offers.filter((one) => one !== offer)
    offer.end()
  }
}

/** The same file has the same one whenever it is given, so that its copy goes on where an earlier one was left. */
function pathOf({ name, bytes, changedAtMs, mark }: OfferedFile): string {
  return `${prefix}${bytes}-${changedAtMs}-${mark}/${name}`
}
