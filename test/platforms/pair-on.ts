import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import { Program } from '../harness/programs/program.ts'
import { type PlatformMachine, programOn } from './platform-machine.ts'

/** For a start and for each command line; qemu on a busy computer needs most of a minute for a first start. */
export const startTimeoutMs = 90_000

/** nps and npc of one machine's kind, on loopback, driven as people do: by their command lines. */
export class PairOn {
  readonly #machine: PlatformMachine
  readonly #folder: string
  readonly #programs: Program[] = []

  private constructor(machine: PlatformMachine, folder: string) {
    this.#machine = machine
    this.#folder = folder
  }

  /** The relay runs, and a lab box of its client 1 is online. */
  static async start(machine: PlatformMachine): Promise<PairOn> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-platform-'))
    const pair = new PairOn(machine, folder)
    try {
      await mkdir(join(folder, 'nps/conf'), { recursive: true })
      const conf = `bridge_ip=127.0.0.1\nbridge_port=${await freePort()}\nweb_port=\nproxy_ip=127.0.0.1\nallow_ports=\n`
      await writeFile(join(folder, 'nps/conf/nps.conf'), conf)
      await pair.#start('nps', 'nps', [], /nps runs/)
      await pair.nps(['client', 'add', '-name=lab'])
      const line = await pair.nps(['client', 'command', '-id=1', '-host=127.0.0.1'])
      await pair.#start('npc', 'lab', flagsOf(line), /agent online/)
      return pair
    } catch (error) {
      await pair.close()
      throw error
    }
  }

  /** What `nps ARGS` prints. */
  async nps(args: readonly string[]): Promise<string> {
    const [command, ...first] = programOn(this.#machine, 'nps')
    const all = [...first, ...args, `-conf_path=${this.#folder}/nps`]
    const { stdout } = await promisify(execFile)(command, all, { timeout: startTimeoutMs })
    return stdout
  }

  /** A port of the relay that leads to `target`, a port of loopback. */
  async openTunnel(target: number): Promise<number> {
    const port = await freePort()
    const way = ['-client=1', '-mode=tcp', `-port=${port}`, `-target=127.0.0.1:${target}`]
    await this.nps(['tunnel', 'add', ...way])
    return port
  }

  /** A port of a visitor, an npc of its own, whose private tunnel leads to `target`. */
  async openPrivateTunnel(target: number): Promise<number> {
    const added = ['tunnel', 'add', '-client=1', '-mode=private', `-target=127.0.0.1:${target}`, '-json']
    const { id } = JSON.parse(await this.nps(added)) as { id: number }
    const line = await this.nps(['tunnel', 'command', `-id=${id}`, '-host=127.0.0.1'])
    const port = await freePort()
    const flags = flagsOf(line).filter((flag) => !flag.startsWith('-local_port='))
    await this.#start('npc', 'laptop', [...flags, `-local_port=${port}`], /private tunnel listens/)
    return port
  }

  async close(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()))
    await rm(this.#folder, { recursive: true })
  }

  async #start(
    program: 'nps' | 'npc',
    folder: string,
    args: readonly string[],
    ready: RegExp,
  ): Promise<void> {
    const [command, ...first] = programOn(this.#machine, program)
    const path = join(this.#folder, folder)
    await mkdir(path, { recursive: true })
    const started = new Program(command, [...first, ...args, `-conf_path=${path}`], path)
    this.#programs.push(started)
    await started.says(ready, { timeoutMs: startTimeoutMs })
  }
}

/** The flags of a line that nps tells a person to type. */
export function flagsOf(line: string): string[] {
  return (line.match(/ -\w+=\S+/g) ?? []).map((flag) => flag.trim().replaceAll("'", ''))
}

/** Sends `bytes` to an echo behind `port` and fulfils with as many that have come back. */
export async function echoed(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port, signal: AbortSignal.timeout(150_000) })
  const parts: Buffer[] = []
  let length = 0
  try {
    socket.write(bytes)
    for await (const part of socket as AsyncIterable<Buffer>) {
      parts.push(part)
      length += part.length
      if (length >= bytes.length) break
    }
    return Buffer.concat(parts)
  } finally {
    socket.destroy()
    if (!socket.closed) await once(socket, 'close')
  }
}
