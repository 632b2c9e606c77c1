import { AppError } from '../../failures/app-error.ts'
import { failureOfError } from '../../failures/failure-of-error.ts'
import type { Failure } from '@nps-desktop/electron/contract'
import type { FileSide } from '../sides/file-side.ts'
import { copyFile, resumedFromBytes } from './copy-file.ts'
import { type CopyPlan, pathOf, planCopy } from './copy-plan.ts'

/** Small files take a few round trips each and hardly any bytes: so many travel at once. */
const smallFilesAtOnce = 32

/** These concern one file; everything else would befall the next one too. */
const ofOneFile = new Set([
  'file-not-found',
  'file-read-denied',
  'file-write-denied',
  'file-exists',
  'file-changed',
  'file-failed',
])

/** A file or folder on its way from one machine to the other, over as many runs as it takes. */
export class TreeCopy {
  readonly source: string
  readonly target: string
  readonly #replace: boolean
  #plan: CopyPlan | null = null
  readonly #done = new Set<number>()
  #doneBytes = 0
  /** Of files that are on their way, by number. */
  readonly #partial = new Map<number, number>()
  readonly #parts = new Set<string>()

  /** `replace`: a folder that is there is added to, and its files of the same name are replaced. */
  constructor({ source, target, replace }: { source: string; target: string; replace: boolean }) {
    this.source = source
    this.target = target
    this.#replace = replace
  }

  /** Null until it is known what there is to copy. */
  get plan(): CopyPlan | null {
    return this.#plan
  }

  get doneFiles(): number {
    return this.#done.size
  }

  get doneBytes(): number {
    let bytes = this.#doneBytes
    for (const part of this.#partial.values()) bytes += part
    return bytes
  }

  /** What a copy that is given up leaves behind, besides the files that have arrived. */
  get parts(): readonly string[] {
    return [...this.#parts]
  }

  /**
   * Copies what has not arrived yet. Answers with the first failure that befell a single file, the others having been copied;
   * rejects with what stopped them all, of which the next run goes on.
   */
  async run(
    from: FileSide,
    to: FileSide,
    { signal, onProgress }: { signal: AbortSignal; onProgress: () => void },
  ): Promise<Failure | null> {
    this.#plan ??= await planCopy(from, this.source, { signal })
    const plan = this.#plan
    onProgress()
    for (const names of plan.folders) {
      signal.throwIfAborted()
      await to.makeFolder(this.#targetOf(to, names))
    }
    let failed: Failure | null = null
    const stop = new AbortController()
    const together = AbortSignal.any([signal, stop.signal])
    const copyOne = async (index: number): Promise<void> => {
      const file = plan.files[index]
      if (!file || this.#done.has(index)) return
      try {
        await copyFile({
          from,
          to,
          source: pathOf(from, this.source, file.names),
          target: this.#targetOf(to, file.names),
          found: file.found,
          replace: this.#replace,
          onProgress: (bytes) => {
            this.#partial.set(index, bytes)
            onProgress()
          },
          onPart: (part, isThere) => (isThere ? this.#parts.add(part) : this.#parts.delete(part)),
          signal: together,
        })
        this.#partial.delete(index)
        this.#doneBytes += file.found.bytes
        this.#done.add(index)
        onProgress()
      } catch (error) {
        if (!(error instanceof AppError) || !ofOneFile.has(error.code)) {
          stop.abort(error)
          throw error
        }
        failed ??= failureOfError(error)
      }
    }
    const sizes = plan.files.map(({ found }) => found.bytes)
    const small = sizes.flatMap((bytes, index) => (bytes < resumedFromBytes ? [index] : []))
    const large = sizes.flatMap((bytes, index) => (bytes < resumedFromBytes ? [] : [index]))
    const copySome = async (waiting: number[]): Promise<void> => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) await copyOne(index)
    }
    const all = await Promise.allSettled([
      copySome(large),
      ...Array.from({ length: Math.min(small.length, smallFilesAtOnce) }, () => copySome(small)),
    ])
    signal.throwIfAborted()
    for (const one of all) if (one.status === 'rejected') throw stop.signal.reason
    return failed
  }

  #targetOf(to: FileSide, names: readonly string[]): string {
    return pathOf(
      to,
      this.target,
      names.map((name) => to.nameHere(name)),
    )
  }
}
