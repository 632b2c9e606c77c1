import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ip, tryIp, within, type Line, type Place } from '../place.ts'

const compiler = 'cc'

/** How long a queue at the end of a line gets before packets are dropped: that of a modest router. */
const queueMs = 50

/** Why there can be no wide area network here, or undefined. */
export function wanMissing(): string | undefined {
  if (userInfo().uid !== 0) return 'not root'
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun'
  try {
    ip('netns', 'list')
    execFileSync(compiler, ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return `no ip or ${compiler}`
  }
}

/** Laptop, server and lab in network namespaces of their own, with an emulator of packets between them. */
export async function wanPlace(): Promise<Place> {
  const name = `npsw${process.pid}`
  const laptop = { netns: `${name}v`, address: '10.231.78.1' }
  const server = { netns: `${name}s`, address: '10.231.78.2' }
  const lab = { netns: `${name}l`, address: '10.231.78.3' }
  const hosts = [laptop, server, lab]
  const folder = mkdtempSync(join(tmpdir(), 'nps-bench-wan-'))
  let emulator: Emulator | undefined
  const close = () => {
    emulator?.close()
    for (const { netns } of hosts) tryIp('netns', 'del', netns)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const program = join(folder, 'emulator')
    execFileSync(compiler, ['-O2', '-o', program, join(import.meta.dirname, 'emulator.c')])
    for (const { netns } of hosts) ip('netns', 'add', netns)
    emulator = new Emulator(
      program,
      hosts.map(({ netns, address }) => `${netns}=${address}`),
    )
    await emulator.ready
    // A visitor of a private tunnel listens on the laptop's own.
    for (const { netns } of hosts) ip('-n', netns, 'link', 'set', 'lo', 'up')
  } catch (error) {
    close()
    throw error
  }
  const { tell } = emulator
  const shape = ({ address }: { address: string }, { delayMs, megabits, loss }: Line) =>
    tell(`shape ${address} ${delayMs} ${megabits} ${loss} ${queueMs}`)
  return {
    relayHost: server.address,
    targetHost: lab.address,
    visitHost: server.address,
    visitor: within(laptop.netns),
    server: within(server.netns),
    lab: within(lab.netns),
    cutLink: () => tell(`cut ${lab.address}`),
    healLink: () => tell(`heal ${lab.address}`),
    shape: async (lines) => {
      await shape(laptop, lines.laptop)
      await shape(server, lines.server)
      await shape(lab, lines.lab)
    },
    close,
  }
}

/** emulator.c as it runs: a line to it, a line back. */
class Emulator {
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #waiting: { resolve(): void; reject(error: Error): void }[] = []

  constructor(program: string, hosts: readonly string[]) {
    const child = spawn(program, hosts, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    this.ready = this.#answer()
    createInterface({ input: child.stdout }).on('line', () => this.#waiting.shift()?.resolve())
    child.once('exit', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the emulator has ended'))
    })
  }

  readonly tell = (line: string): Promise<void> => {
    this.#child.stdin?.write(`${line}\n`)
    return this.#answer()
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}
