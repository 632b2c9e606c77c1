import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runCommand } from '../../testbed/run-command.ts'
import type { Windows } from '../../testbed/wine/windows.ts'

/** Debian: apt install gcc-mingw-w64-x86-64-win32. */
const compiler = '/usr/bin/x86_64-w64-mingw32-gcc'
const source = join(import.meta.dirname, 'vs-code-stand-in.c')
/** Where an account of Windows has VS Code. */
const onWindows = 'users/root/AppData/Local/Programs/Microsoft VS Code'

/** In the place of VS Code, where an app that starts from now on finds it: writes down what it is told. */
export class VsCodeStandIn {
  readonly #folder: string
  readonly #path = process.env['PATH']

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async put(windows: Windows | null): Promise<VsCodeStandIn> {
    if (windows === null) {
      const there = new VsCodeStandIn(await mkdtemp(join(tmpdir(), 'nps-desktop-vs-code-')))
      await there.#putHere()
      return there
    }
    const folder = windows.onDriveC(onWindows)
    await mkdir(folder, { recursive: true })
    await runCommand(compiler, ['-O1', '-s', '-o', join(folder, 'Code.exe'), source])
    return new VsCodeStandIn(folder)
  }

  /** The words of its last start, in one line; empty until it was started. */
  async told(): Promise<string> {
    return await readFile(join(this.#folder, 'told'), 'utf8').catch(() => '')
  }

  async #putHere(): Promise<void> {
    const told = join(this.#folder, 'told')
    const script = `#!/bin/sh\necho "$*" > '${told}.new' && mv '${told}.new' '${told}'\n`
    await writeFile(join(this.#folder, 'code'), script)
    await chmod(join(this.#folder, 'code'), 0o755)
    process.env['PATH'] = [this.#folder, this.#path].join(delimiter)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.env['PATH'] = this.#path
    await rm(this.#folder, { recursive: true, force: true })
  }
}
