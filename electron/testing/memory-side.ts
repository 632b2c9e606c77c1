import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { FileSide, Found, NamedFound, OpenFile } from '../backend/lab-files/sides/file-side.ts'
import { folded, type NameFolding } from '../backend/lab-files/copy/name-folding.ts'
import { fileChanged, fileExists, fileNotFound } from '../backend/lab-files/sides/file-failures.ts'

class MemoryFile {
  changedAtMs: number
  #room: Buffer
  #length: number

  constructor(bytes: Buffer, changedAtMs: number) {
    this.#room = bytes
    this.#length = bytes.length
    this.changedAtMs = changedAtMs
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length)
  }

  write(at: number, bytes: Buffer): void {
    const end = at + bytes.length
    if (end > this.#room.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * this.#room.length))
      this.#room.copy(larger)
      this.#room = larger
    }
    bytes.copy(this.#room, at)
    this.#length = Math.max(this.#length, end)
  }

  cutTo(bytes: number): void {
    this.#length = Math.min(this.#length, bytes)
  }
}

/** For tests: the files of a machine in memory. `folding`: its disk takes some names for one. */
export class MemorySide implements FileSide {
  readonly files = new Map<string, MemoryFile>()
  readonly folders = new Set<string>(['/'])
  readonly #folding: NameFolding | null
  /** Called before each write; what it throws is the write's failure. */
  beforeWrite: (path: string, at: number) => void = () => undefined

  constructor({ folding = null }: { folding?: NameFolding | null } = {}) {
    this.#folding = folding
  }

  put(asked: string, text: string | Buffer, changedAtMs = 1000): void {
    const path = this.#here(asked)
    this.files.set(path, new MemoryFile(Buffer.from(text), changedAtMs))
    for (let up = posix.dirname(path); up !== '/'; up = posix.dirname(up)) this.folders.add(up)
  }

  text(path: string): string | undefined {
    return this.files.get(this.#here(path))?.bytes.toString()
  }

  /** As what is there is called. */
  #here(path: string): string {
    const folding = this.#folding
    if (folding === null || this.files.has(path) || this.folders.has(path)) return path
    const key = folded(path, folding)
    return [...this.files.keys(), ...this.folders].find((one) => folded(one, folding) === key) ?? path
  }

  join(folder: string, name: string): string {
    return posix.join(folder, name)
  }

  folderOf(path: string): string {
    return posix.dirname(path)
  }

  nameHere(name: string): string {
    return name
  }

  async look(asked: string): Promise<Found | null> {
    const path = this.#here(asked)
    const file = this.files.get(path)
    if (file) return found('file', file)
    return this.folders.has(path) ? found('folder', new MemoryFile(Buffer.alloc(0), 0)) : null
  }

  async list(path: string): Promise<readonly NamedFound[]> {
    const all = [...this.files.keys(), ...this.folders].filter(
      (one) => one !== '/' && posix.dirname(one) === path,
    )
    return await Promise.all(
      all.map(async (one) => ({ name: posix.basename(one), ...(await this.#existing(one)) })),
    )
  }

  async openToRead(asked: string): Promise<OpenFile> {
    const path = this.#here(asked)
    await this.#existing(path)
    return new OpenMemoryFile(this, path)
  }

  async openToWrite(asked: string, { isNew }: { isNew: boolean }): Promise<OpenFile> {
    const path = this.#here(asked)
    if (isNew && this.files.has(path)) throw fileExists(path)
    if (isNew) this.put(path, '')
    return new OpenMemoryFile(this, path)
  }

  async makeFolder(path: string): Promise<void> {
    this.folders.add(this.#here(path))
  }

  async move(from: string, asked: string, { replace }: { replace: boolean }): Promise<void> {
    const to = this.#here(asked)
    const file = this.files.get(from)
    if (!file) throw fileNotFound(from)
    if (!replace && this.files.has(to)) throw fileExists(to)
    this.files.delete(from)
    this.files.set(to, file)
  }

  async removeFile(path: string): Promise<void> {
    this.files.delete(this.#here(path))
  }

  async freeBytes(): Promise<number | null> {
    return null
  }

  tellsHashOf(): boolean {
    return true
  }

  async hashOf(path: string, bytes: number): Promise<string | null> {
    const file = this.files.get(path)
    return file ? createHash('sha256').update(file.bytes.subarray(0, bytes)).digest('hex') : null
  }

  async #existing(path: string): Promise<Found> {
    const there = await this.look(path)
    if (!there) throw fileNotFound(path)
    return there
  }
}

class OpenMemoryFile implements OpenFile {
  readonly #side: MemorySide
  readonly #path: string

  constructor(side: MemorySide, path: string) {
    this.#side = side
    this.#path = path
  }

  async read(at: number, into: Buffer): Promise<void> {
    const part = this.#file.bytes.subarray(at, at + into.length)
    if (part.length < into.length) throw fileChanged(this.#path)
    part.copy(into)
  }

  async write(at: number, bytes: Buffer): Promise<void> {
    this.#side.beforeWrite(this.#path, at)
    this.#file.write(at, bytes)
  }

  async cutTo(bytes: number): Promise<void> {
    this.#file.cutTo(bytes)
  }

  async look(): Promise<Found> {
    return found('file', this.#file)
  }

  async writeAll(bytes: Buffer, changedAtMs: number): Promise<void> {
    await this.write(0, bytes)
    await this.finish(changedAtMs)
  }

  async finish(changedAtMs: number): Promise<void> {
    this.#file.changedAtMs = changedAtMs
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is held
  }

  get #file(): MemoryFile {
    const file = this.#side.files.get(this.#path)
    if (!file) throw fileNotFound(this.#path)
    return file
  }
}

function found(kind: Found['kind'], { bytes, changedAtMs }: MemoryFile): Found {
  return { kind, bytes: bytes.length, changedAtMs, mode: null, owner: '' }
}
