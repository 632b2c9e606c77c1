import { untilSettled } from '@nps-desktop/relay-core/async'
import type { OfferedFile, PageFilesEvent } from '@nps-desktop/electron/contract'
import { fileChanged, pageClosed } from './file-failures.ts'
import type { Found } from './file-side.ts'

/** No path of any system begins so. */
const prefix = 'page:'
/** A page answers from the same computer; one that hangs is not waited for longer. */
const readTimeoutMs = 30_000

type Wanted = PageFilesEvent['wanted'][number]

interface PageOffer {
  /** By path: the same file has the same one whenever it is given, so that its copy goes on where an earlier one was left. */
  readonly files: ReadonlyMap<string, OfferedFile & { readonly index: number }>
  wanted: Wanted[]
  wake: PromiseWithResolvers<void>
  readonly gone: AbortController
}

/**
 * Files that a person has given to a page in a browser, which alone can read them. The page is asked for each piece, so that no more is on
 * its way than the copy has room for. When the page goes, so do its files: `page-closed`.
 */
export class PageFiles {
  readonly #offers = new Set<PageOffer>()
  readonly #reads = new Map<number, { length: number; give: (bytes: Buffer | null) => void }>()
  #lastRead = 0

  static owns(path: string): boolean {
    return path.startsWith(prefix)
  }

  /** Begins with the paths of the files; then says what of them is wanted, until the page ends it. */
  async *offer(
    files: readonly OfferedFile[],
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<PageFilesEvent, void, void> {
    const paths = files.map((file) => `${prefix}${file.bytes}-${file.changedAtMs}/${file.name}`)
    const offer: PageOffer = {
      files: new Map(files.map((file, index) => [paths[index] ?? '', { ...file, index }])),
      wanted: [],
      wake: Promise.withResolvers(),
      gone: new AbortController(),
    }
    this.#offers.add(offer)
    const leave = (): void => offer.wake.resolve()
    signal.addEventListener('abort', leave)
    try {
      yield { paths, wanted: [] }
      while (!signal.aborted) {
        await offer.wake.promise
        offer.wake = Promise.withResolvers()
        const wanted = offer.wanted.splice(0)
        if (wanted.length > 0 && !signal.aborted) yield { paths: [], wanted }
      }
    } finally {
      signal.removeEventListener('abort', leave)
      this.#offers.delete(offer)
      offer.gone.abort()
    }
  }

  /** What a page has read; null: it could not. What nobody waits for any more is dropped. */
  give(read: number, bytes: Buffer | null): void {
    this.#reads.get(read)?.give(bytes)
  }

  /** Throws `page-closed`. */
  look(path: string): Found {
    const { bytes, changedAtMs } = this.#find(path).file
    return { kind: 'file', bytes, changedAtMs, mode: null, owner: '' }
  }

  /** Rejects with `file-changed` where the file is no longer as it was given, or `page-closed`, also when the page does not answer. */
  async read(path: string, at: number, into: Buffer): Promise<void> {
    if (into.length === 0) return
    const { offer, file } = this.#find(path)
    const read = ++this.#lastRead
    const bytes = await untilSettled<Buffer | null>(
      (resolve, reject) => {
        const left = (): void => reject(pageClosed(file.name))
        offer.gone.signal.addEventListener('abort', left)
        this.#reads.set(read, { length: into.length, give: resolve })
        offer.wanted.push({ read, file: file.index, at, bytes: into.length })
        offer.wake.resolve()
        return () => {
          offer.gone.signal.removeEventListener('abort', left)
          this.#reads.delete(read)
        }
      },
      { timeoutMs: readTimeoutMs, onTimeout: () => pageClosed(file.name) },
    )
    if (bytes?.length !== into.length) throw fileChanged(file.name)
    bytes.copy(into)
  }

  #find(path: string): { offer: PageOffer; file: OfferedFile & { readonly index: number } } {
    for (const offer of this.#offers) {
      const file = offer.files.get(path)
      if (file) return { offer, file }
    }
    throw pageClosed(path.slice(path.indexOf('/') + 1))
  }
}
