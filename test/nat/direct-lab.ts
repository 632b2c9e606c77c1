import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Program } from '../harness/programs/program.ts'
import { NatLabProcess } from './lab-process.ts'
import { NatLab, relayAddress, type NatLabOptions, type NatPlace } from './nat-lab.ts'
import { noteTime } from './note-time.ts'

const run = promisify(execFile)
const built = (name: string) => resolve(import.meta.dirname, `../../build/out/${name}-linux-amd64`)
const vkey = 'a-key-for-the-lab-0123456789abcd'
const password = 'a-password-of-a-private-tunnel'
const [bridgePort, servicePort] = [8024, 8888]
export const localPort = 2000

/** A tunnel that leads wherever its visitor asks, as far as the lab box goes along. */
export interface LabProxy {
  readonly mode: 'privateSocks5' | 'privateHttpProxy'
  readonly allowTarget: string
  /** The addresses of names that the lab box alone knows. */
  readonly names: Readonly<Record<string, string>>
}

interface LabOptions {
  /** Of both ends. */
  readonly direct?: 'yes' | 'no' | 'guess'
  readonly proxy?: LabProxy
  /** A relay of before direct links. */
  readonly hasOlderRelay?: boolean
}

/** For a slow machine. */
export const patience = { timeoutMs: 60_000 }

/** The shipped programs in the NAT lab: nps at the relay, npc as the lab box in the second home and as a visitor in the first one. */
export class DirectLab implements AsyncDisposable {
  readonly #parts = new AsyncDisposableStack()
  readonly #lab: NatLab
  readonly #folder: string
  readonly #nets: NatLabOptions
  readonly #options: LabOptions
  #relay: Program
  #agent: Program | undefined
  readonly visitor: Program

  private constructor(lab: NatLab, folder: string, nets: NatLabOptions, options: LabOptions) {
    this.#lab = this.#parts.use(lab)
    this.#folder = folder
    this.#nets = nets
    this.#options = options
    this.#relay = this.#startRelay()
    this.#parts.use(new NatLabProcess(lab.at('h2', labScript('echo-service.ts', `${servicePort}`))))
    const own = `-conf_path=${join(folder, 'visitor')}`
    const local = `-local_port=${localPort}`
    this.visitor = this.#start('h1', [built('npc'), ...this.#ways, `-password=${password}`, local, own])
  }

  /** With a tunnel to a service that sends back what it gets, or with `proxy`. */
  static async open(nets: NatLabOptions, options: LabOptions = {}): Promise<DirectLab> {
    const { proxy } = options
    const folder = await mkdtemp(join(tmpdir(), 'nps-direct-'))
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=0.0.0.0\nbridge_port=${bridgePort}\nweb_port=\n`,
    )
    const made = new DirectLab(await NatLab.open(nets), folder, nets, options)
    try {
      await made.#relay.says(/nps runs/, patience)
      await made.ask('client', 'add', '-name=lab', `-vkey=${vkey}`)
      const leads = proxy ? [`-mode=${proxy.mode}`] : ['-mode=private', `-target=127.0.0.1:${servicePort}`]
      await made.ask('tunnel', 'add', '-client=1', ...leads, `-password=${password}`)
      await made.#startAgent()
      await made.#relay.says(/agent online/, patience)
      await made.visitor.says(/listens on this machine/, patience)
      return made
    } catch (error) {
      await made[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What npc of the lab box has written. */
  get agentOutput(): string {
    return this.#agent?.output ?? ''
  }

  /** Waits until the visitor has said so of its way, and notes how long after its first visit that was. */
  async saysOfWay(words: RegExp): Promise<void> {
    await this.visitor.says(words, patience)
    const saidAtMs = (what: RegExp) => {
      const line = this.visitor.output.split('\n').find((one) => what.test(one))
      return Date.parse(line?.split(' ', 1)[0] ?? '')
    }
    const ms = saidAtMs(words) - saidAtMs(/lab box pinned/)
    const { direct } = this.#options
    await noteTime(direct === 'guess' ? 'npc, ports guessed' : 'npc', this.#nets, {
      outcome: words.source,
      ms,
    })
  }

  /** A program in the first home that is connected to the tunnel. */
  connect(): NatLabProcess {
    return new NatLabProcess(this.#lab.at('h1', labScript('echo-client.ts', `${localPort}`)))
  }

  /** The command that runs another one in the first home. */
  atLaptop(...command: string[]): { file: string; args: string[] } {
    return this.#lab.at('h1', command)
  }

  /** Serves as much as it is told to, at the machine beside the lab box. */
  startSite(port: number, megabytes: number): NatLabProcess {
    return new NatLabProcess(this.#lab.at('site', labScript('lab-site.ts', `${port}`, `${megabytes}`)))
  }

  /** All that has passed the relay's network card, both ways, in bytes. */
  bytesAtRelay(): number {
    const { file, args } = this.#lab.at('relay', 'ip -json -statistics link show eth0'.split(' '))
    const [card] = JSON.parse(execFileSync(file, args, { encoding: 'utf8' })) as {
      stats64: Record<'rx' | 'tx', { bytes: number }>
    }[]
    if (!card) throw new Error('the relay has no card')
    return card.stats64.rx.bytes + card.stats64.tx.bytes
  }

  /** Bytes of the tunnel, as the relay counts them. */
  async countedBytes(): Promise<number> {
    const [tunnel] = JSON.parse(await this.ask('tunnel', 'list', '-json')) as {
      downBytes: number
      upBytes: number
    }[]
    return (tunnel?.downBytes ?? 0) + (tunnel?.upBytes ?? 0)
  }

  /** A command of nps at the relay. */
  async ask(...words: string[]): Promise<string> {
    const command = [built('nps'), ...words, `-conf_path=${this.#folder}`]
    const { file, args } = this.#lab.at('relay', command)
    const { stdout } = await run(file, args, { timeout: 30_000 })
    return stdout
  }

  /** As after a crash. */
  async restartRelay(whileAway: () => Promise<void>): Promise<void> {
    await this.#relay.kill()
    await whileAway()
    this.#relay = this.#startRelay()
    await this.#relay.says(/nps runs/, patience)
  }

  /** What `npc status` says at one end. */
  async status(of: 'visitor' | 'agent'): Promise<string> {
    const place = of === 'visitor' ? 'h1' : 'h2'
    const words = [built('npc'), 'status', `-conf_path=${join(this.#folder, of)}`]
    const { file, args } = this.#lab.at(place, words)
    return (await run(file, args, { timeout: 30_000 })).stdout
  }

  /** From now on no UDP passes the first home's router, without a sign. */
  cutUdp(): void {
    this.#lab.rule('r1', 'add chain inet f cut { type filter hook forward priority -10 ; policy accept ; }')
    this.#lab.rule('r1', 'add rule inet f cut meta l4proto udp drop')
  }

  /** From now on nothing passes the first home's router, without a sign. */
  cut(): void {
    this.#lab.rule('r1', 'add chain inet f cut { type filter hook forward priority -10 ; policy drop ; }')
  }

  restore(): void {
    this.#lab.rule('r1', 'delete chain inet f cut')
  }

  /** The laptop gets another address: what it had open is dead. */
  moveLaptop(): void {
    for (const command of [
      'ip address flush dev eth0',
      'ip address add 192.168.1.77/24 dev eth0',
      'ip route add default via 192.168.1.1',
    ]) {
      const { file, args } = this.#lab.at('h1', command.split(' '))
      execFileSync(file, args)
    }
  }

  get #ways(): string[] {
    return [`-server=${relayAddress[4]}:${bridgePort}`, `-direct=${this.#options.direct ?? 'yes'}`]
  }

  async #startAgent(): Promise<void> {
    const { proxy } = this.#options
    const own = `-conf_path=${join(this.#folder, 'agent')}`
    const flags = ['-log_level=debug', ...this.#ways, `-vkey=${vkey}`, own]
    if (!proxy) {
      this.#agent = this.#start('h2', [built('npc'), ...flags])
      return
    }
    const hosts = join(this.#folder, 'hosts')
    const lines = Object.entries(proxy.names).map(([name, address]) => `${address} ${name}\n`)
    await writeFile(hosts, lines.join(''))
    // `ip netns exec` has given it mounts of its own.
    const known = ['sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts]
    this.#agent = this.#start('h2', [...known, built('npc'), `-allow_target=${proxy.allowTarget}`, ...flags])
  }

  #startRelay(): Program {
    const nps = this.#options.hasOlderRelay ? labScript('older-relay.ts') : [built('nps')]
    return this.#start('relay', [...nps, `-conf_path=${this.#folder}`])
  }

  #start(place: NatPlace, command: readonly string[]): Program {
    const { file, args } = this.#lab.at(place, command)
    return this.#parts.adopt(new Program(file, args, this.#folder), (program) => program.kill())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Whether this many megabytes that a program of `connect` sends came back as they were. */
export async function echoed(client: NatLabProcess, megabytes: number): Promise<unknown> {
  client.say(String(megabytes))
  return (await client.heard(`echoed${megabytes}`))[`echoed${megabytes}`]
}

function labScript(name: string, ...args: string[]): string[] {
  return [process.execPath, join(import.meta.dirname, name), ...args]
}
