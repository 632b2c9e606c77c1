import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import { ourProgram } from '../compliance/table/runtimes.ts'
import { Program } from '../harness/programs/program.ts'

const run = promisify(execFile)

export const consolePassword = 'a right horse'

/** A relay of its own, with its web console, on loopback. */
export class NpsWithConsole implements AsyncDisposable {
  readonly webPort: number
  readonly relay: Program
  readonly #folder: string

  private constructor(folder: string, webPort: number) {
    this.#folder = folder
    this.webPort = webPort
    const [nps, ...args] = ourProgram('nps', 'Node')
    this.relay = new Program(nps, [...args, `-conf_path=${folder}`], folder)
  }

  static async start(): Promise<NpsWithConsole> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-console-'))
    await mkdir(join(folder, 'conf'))
    const webPort = await freePort()
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=127.0.0.1\nbridge_port=${await freePort()}\nweb_ip=127.0.0.1\nweb_port=${webPort}\n` +
        `web_username=admin\nweb_password=${consolePassword}\n`,
    )
    const made = new NpsWithConsole(folder, webPort)
    try {
      await made.relay.says(/nps runs/)
      return made
    } catch (error) {
      await made[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What `nps connect` prints for the app. */
  async connectLine(): Promise<string> {
    const [nps, ...args] = ourProgram('nps', 'Node')
    const words = [...args, 'connect', '-host=127.0.0.1', '-json', `-conf_path=${this.#folder}`]
    const { stdout } = await run(nps, words, { timeout: 30_000 })
    return (JSON.parse(stdout) as { link: string }).link
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.relay.kill()
    await rm(this.#folder, { recursive: true })
  }
}
