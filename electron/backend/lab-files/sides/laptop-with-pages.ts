import { fileFailed } from './file-failures.ts'
import type { Found, OpenFile } from './file-side.ts'
import { LaptopSide } from './laptop-side.ts'
import { PageFiles } from './page-files.ts'

/** This computer's files, and those that a page in its browser was given. */
export class LaptopWithPages extends LaptopSide {
  readonly #pages: PageFiles

  constructor(pages: PageFiles) {
    super()
    this.#pages = pages
  }

  override async look(path: string, options?: { follow?: boolean }): Promise<Found | null> {
    return PageFiles.owns(path) ? this.#pages.look(path) : await super.look(path, options)
  }

  override async openToRead(path: string): Promise<OpenFile> {
    if (!PageFiles.owns(path)) return await super.openToRead(path)
    const pages = this.#pages
    const refuse = (): never => {
      throw fileFailed(path, 'a page gives files to be read only')
    }
    return {
      read: (at, into) => pages.read(path, at, into),
      look: async () => pages.look(path),
      write: async () => refuse(),
      cutTo: async () => refuse(),
      writeAll: async () => refuse(),
      finish: async () => refuse(),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }

  /** Of a page's file it is unknown: what lies on the lab box is taken for what was sent. */
  override tellsHashOf(path: string): boolean {
    return !PageFiles.owns(path)
  }

  override async hashOf(
    path: string,
    bytes: number,
    options: { signal: AbortSignal },
  ): Promise<string | null> {
    return PageFiles.owns(path) ? null : await super.hashOf(path, bytes, options)
  }
}
