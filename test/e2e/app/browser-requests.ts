import { chmod, mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const deadlineMs = 15_000

/**
 * Stands in for the desktop's browser: an `xdg-open` first on PATH, which is what Electron runs on Linux, writes down
 * the address that it was given.
 */
export class BrowserRequests {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async listen(): Promise<BrowserRequests> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-opener-'))
    const script = join(folder, 'xdg-open')
    // moved into place, so that nobody reads half an address
    await writeFile(
      script,
      `#!/bin/sh\ncd '${folder}' && printf %s "$1" > "$$.part" && mv "$$.part" "$$.url"\n`,
    )
    await chmod(script, 0o755)
    return new BrowserRequests(folder)
  }

  withOurOpener(env: Record<string, string>): Record<string, string> {
    return { ...env, PATH: `${this.#folder}:${env['PATH'] ?? ''}` }
  }

  /** The next address that is handed over. */
  async next(): Promise<string> {
    for await (const { filename } of watch(this.#folder, { signal: AbortSignal.timeout(deadlineMs) })) {
      if (filename?.endsWith('.url')) return await readFile(join(this.#folder, filename), 'utf8')
    }
    throw new Error('the folder is no longer watched')
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
