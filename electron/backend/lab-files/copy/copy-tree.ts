import { AppError } from '../../failures/app-error.ts'
import { failureOfError } from '../../failures/failure-of-error.ts'
import type { Failure } from '@nps-desktop/electron/contract'
import { someAtOnce } from '../../some-at-once.ts'
import type { CopyProgress } from '../../storage/records.ts'
import type { FileSide } from '../sides/file-side.ts'
import { arrivedFiles } from './arrived-files.ts'
import { copyFile, resumedFromBytes } from './copy-file.ts'
import { type CopyPlan, pathOf, planCopy } from './copy-plan.ts'
import { type Renamed, renameTwins, wayOf } from './name-twins.ts'

/** Small files take a few round trips each and hardly any bytes: this many travel at once, 32 MB at most. */
const smallFilesAtOnce = 128
/** Of one level, since each needs the one that it lies in. */
const foldersAtOnce = 32

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
  /** See the constructor. */
  replace: boolean
  #plan: CopyPlan | null = null
  #renamed: Renamed | null = null
  readonly #done = new Set<number>()
  #doneBytes = 0
  /** Of files that are on their way, by number. */
  readonly #partial = new Map<number, number>()
  readonly #parts: Set<string>
  /** Parts that this run of the app has written. */
  readonly #own = new Set<string>()
  /** How far an earlier run of the app had come; null once it is known what is there, and without one. */
  #before: CopyProgress | null

  /**
   * `replace`: a folder that is there is added to, and its files of the same name are replaced. `before`: it was begun by an
   * earlier run of the app; what has arrived is not copied again.
   */
  constructor({
    source,
    target,
    replace,
    before = null,
  }: {
    source: string
    target: string
    replace: boolean
    before?: { progress: CopyProgress; parts: readonly string[] } | null
  }) {
    this.source = source
    this.target = target
    this.replace = replace
    this.#before = before?.progress ?? null
    this.#parts = new Set(before?.parts)
  }

  /** Null until it is known what there is to copy. */
  get plan(): CopyPlan | null {
    return this.#plan
  }

  /** How many have another name there, since theirs would be that of another one. */
  get renamed(): number {
    return this.#renamed?.size ?? 0
  }

  get progress(): CopyProgress {
    if (this.#before) return this.#before
    return {
      doneBytes: this.doneBytes,
      totalBytes: this.#plan?.bytes ?? null,
      doneFiles: this.#done.size,
      totalFiles: this.#plan?.files.length ?? null,
    }
  }

  get doneBytes(): number {
    if (this.#before) return this.#before.doneBytes
    let bytes = this.#doneBytes
    for (const part of this.#partial.values()) bytes += part
    return bytes
  }

  /** What a copy that is given up leaves behind, besides the files that have arrived. */
  get parts(): readonly string[] {
    return [...this.#parts]
  }

  /** The next run looks anew at what there is to copy; what has arrived is not copied again. Not while one runs. */
  planAnew(): void {
    if (this.#done.size > 0) this.#before = this.progress
    this.#plan = null
    this.#renamed = null
    this.#done.clear()
    this.#doneBytes = 0
    this.#partial.clear()
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
    this.#renamed ??= await renameTwins(plan, to, to.folderOf(this.target))
    if (this.#before) await this.#goOnFrom(plan, to)
    onProgress()
    for (const level of Map.groupBy(plan.folders, ({ length }) => length).values()) {
      await someAtOnce(level, foldersAtOnce, async (names) => {
        signal.throwIfAborted()
        await to.makeFolder(this.#targetOf(to, names))
      })
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
          replace: this.replace,
          onProgress: (bytes) => {
            this.#partial.set(index, bytes)
            onProgress()
          },
          isUnproved: (part) => !this.#own.has(part),
          onPart: (part, isThere) => {
            this.#own.add(part)
            if (isThere) this.#parts.add(part)
            else this.#parts.delete(part)
          },
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
    // unlike someAtOnce: what is under way when one fails comes to its end first, so that its parts are known
    const all = await Promise.allSettled([
      copySome(large),
      ...Array.from({ length: Math.min(small.length, smallFilesAtOnce) }, () => copySome(small)),
    ])
    signal.throwIfAborted()
    for (const one of all) if (one.status === 'rejected') throw stop.signal.reason
    if (failed === null) await this.#removeParts(to)
    return failed
  }

  async #goOnFrom(plan: CopyPlan, to: FileSide): Promise<void> {
    for (const index of await arrivedFiles(plan, to, (names) => this.#targetOf(to, names))) {
      this.#done.add(index)
      this.#doneBytes += plan.files[index]?.found.bytes ?? 0
    }
    this.#before = null
  }

  /** All has arrived: parts that are left are those of originals that have changed since. */
  async #removeParts(to: FileSide): Promise<void> {
    for (const part of this.#parts) {
      // one that cannot be removed takes nothing from what has arrived
      await to.removeFile(part).catch(() => undefined)
      this.#parts.delete(part)
    }
  }

  #targetOf(to: FileSide, names: readonly string[]): string {
    const here = names.map(
      (name, depth) => this.#renamed?.get(wayOf(names.slice(0, depth + 1))) ?? to.nameHere(name),
    )
    return pathOf(to, this.target, here)
  }
}
