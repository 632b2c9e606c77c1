import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Program } from '../harness/programs/program.ts'
import { NatLabProcess } from './lab-process.ts'
import { NatLab, relayAddress, type NatLabOptions, type NatPlace } from './nat-lab.ts'

const run = promisify(execFile)
const built = (name: string) => resolve(import.meta.dirname, `../../build/out/${name}-linux-amd64`)
const vkey = 'a-key-for-the-lab-0123456789abcd'
const password = 'a-password-of-a-private-tunnel'
const [bridgePort, servicePort, localPort] = [8024, 8888, 2000]

const cutMs = 12_000

/** For a slow machine. */
const patience = { timeoutMs: 60_000 }

/** The shipped programs in the NAT lab: nps at the relay, npc as the lab box in the second home and as a visitor in the first one. */
class DirectLab implements AsyncDisposable {
  readonly #parts = new AsyncDisposableStack()
  readonly #lab: NatLab
  readonly #folder: string
  #relay: Program
  readonly visitor: Program

  private constructor(lab: NatLab, folder: string, ways: readonly string[]) {
    this.#lab = this.#parts.use(lab)
    this.#folder = folder
    this.#relay = this.#startRelay()
    this.#parts.use(new NatLabProcess(lab.at('h2', labScript('echo-service.ts', `${servicePort}`))))
    const own = `-conf_path=${join(folder, 'visitor')}`
    const local = `-local_port=${localPort}`
    this.visitor = this.#start('h1', 'npc', ...ways, `-password=${password}`, local, own)
  }

  static async open(nets: NatLabOptions, { direct = 'yes' } = {}): Promise<DirectLab> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-direct-'))
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=0.0.0.0\nbridge_port=${bridgePort}\nweb_port=\n`,
    )
    const ways = [`-server=${relayAddress[4]}:${bridgePort}`, `-direct=${direct}`]
    const made = new DirectLab(await NatLab.open(nets), folder, ways)
    try {
      await made.#relay.says(/nps runs/, patience)
      await made.ask('client', 'add', '-name=lab', `-vkey=${vkey}`)
      const target = `-target=127.0.0.1:${servicePort}`
      await made.ask('tunnel', 'add', '-client=1', '-mode=private', `-password=${password}`, target)
      const own = `-conf_path=${join(folder, 'agent')}`
      made.#start('h2', 'npc', '-log_level=debug', ...ways, `-vkey=${vkey}`, own)
      await made.#relay.says(/agent online/, patience)
      await made.visitor.says(/listens on this machine/, patience)
      return made
    } catch (error) {
      await made[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A program in the first home that is connected to the tunnel. */
  connect(): NatLabProcess {
    return new NatLabProcess(this.#lab.at('h1', labScript('echo-client.ts', `${localPort}`)))
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

  /** From now on no UDP passes the first home's router, or again. */
  cutUdp(): void {
    this.#lab.rule('r1', 'insert rule inet f forw meta l4proto udp drop')
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

  #startRelay(): Program {
    return this.#start('relay', 'nps', `-conf_path=${this.#folder}`)
  }

  #start(place: NatPlace, name: string, ...args: string[]): Program {
    const { file, args: all } = this.#lab.at(place, [built(name), ...args])
    return this.#parts.adopt(new Program(file, all, this.#folder), (program) => program.kill())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function labScript(name: string, ...args: string[]): string[] {
  return [process.execPath, join(import.meta.dirname, name), ...args]
}

/** Whether this many megabytes came back as they were. */
async function echoed(client: NatLabProcess, megabytes: number): Promise<unknown> {
  client.say(String(megabytes))
  return (await client.heard(`echoed${megabytes}`))[`echoed${megabytes}`]
}

test('a private tunnel goes directly between two homes, and by the relay again when UDP is cut, within one connection', async () => {
  await using lab = await DirectLab.open({ first: 'cone', second: 'cone' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.visitor.says(/private tunnel way=direct/, patience)
  await using second = lab.connect()
  expect(await echoed(second, 4)).toBe(true)
  expect(await lab.status('visitor')).toMatch(/port 2000 of this machine goes direct, \d+ ms, since /)
  expect(await lab.status('agent')).toMatch(/A visitor at 203\.0\.113\.2:\d+ comes directly, \d+ ms\./)
  lab.cutUdp()
  expect(await echoed(second, 3)).toBe(true)
  await lab.visitor.says(/private tunnel way="by the relay"/, patience)
  expect(await lab.status('visitor')).toMatch(
    /goes through the server: the direct way lets nothing through any more; .*last direct at /,
  )
  // The agent reports what has gone past the relay, once a second.
  await expect.poll(() => lab.countedBytes(), { timeout: 60_000 }).toBeGreaterThan(2 * 4_000_000)
  await using third = lab.connect()
  expect(await echoed(third, 2)).toBe(true)
})

test('copies go on byte for byte, directly and by the relay, when the laptop is cut off and when it goes to another network', async () => {
  await using lab = await DirectLab.open({ first: 'cone', second: 'cone' })
  await using byRelay = lab.connect()
  expect(await echoed(byRelay, 1)).toBe(true)
  await lab.visitor.says(/private tunnel way=direct/, patience)
  await using direct = lab.connect()
  const copies = [byRelay, direct]
  const underWay = async (megabytes: number) => {
    for (const copy of copies) copy.say(String(megabytes))
    await Promise.all(copies.map((copy) => copy.heard(`quarter${megabytes}`)))
  }
  const whole = (megabytes: number) =>
    Promise.all(copies.map(async (copy) => (await copy.heard(`echoed${megabytes}`))[`echoed${megabytes}`]))
  await underWay(32)
  lab.cut()
  // Longer than what ends a link of an agent.
  await delay(cutMs)
  lab.restore()
  expect(await whole(32)).toEqual([true, true])
  await underWay(24)
  lab.moveLaptop()
  expect(await whole(24)).toEqual([true, true])
}, 150_000)

test('where the networks allow no direct way, it stays with the relay', async () => {
  await using lab = await DirectLab.open({ first: 'sym', second: 'sym' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.visitor.says(/private tunnel goes by the relay/, patience)
  expect(await lab.status('visitor')).toContain(
    'the router of this network gives each destination another port',
  )
  expect(await echoed(first, 2)).toBe(true)
})

test('an owner who wants none has none', async () => {
  await using lab = await DirectLab.open({ first: 'open', second: 'open' }, { direct: 'no' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  expect(lab.visitor.output).not.toMatch(/way=|by the relay/)
})

test('a connection outlives a restart of the relay, which counts it afterwards, and ends it with its tunnel', async () => {
  await using lab = await DirectLab.open({ first: 'open', second: 'open' })
  await using first = lab.connect()
  expect(await echoed(first, 1)).toBe(true)
  await lab.visitor.says(/private tunnel way=direct/, patience)
  await using second = lab.connect()
  expect(await echoed(second, 1)).toBe(true)
  await lab.restartRelay(async () => expect(await echoed(second, 3)).toBe(true))
  await expect.poll(() => lab.countedBytes(), { timeout: 60_000 }).toBeGreaterThan(2 * 3_000_000)
  expect(await echoed(second, 2)).toBe(true)
  await lab.ask('tunnel', 'stop', '-id=1')
  await second.heard('closed')
})
