import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../../../relay-core/src/api/client-models.ts'
import type { RelayTunnel } from '../../../relay-core/src/api/relay-tunnel-models.ts'
import { echoes, exchange } from '../../compliance/table/exchange-bytes.ts'
import { Targets } from '../../harness/peers/loopback-targets.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import type { Program } from '../../harness/programs/program.ts'
import { Windows } from '../../testbed/wine/windows.ts'
import { linux, type PairSystem, systemOf } from './system.ts'

/** Programs of 120 MB are read from the disk at each start, by wine on two busy cores. */
const startTimeoutMs = 60_000

let windows: Windows
let wine: PairSystem

beforeAll(async () => {
  windows = await Windows.start()
  wine = systemOf(windows)
})
afterAll(() => windows.close())

describe.each([
  { title: 'npc.exe with nps on Linux', relayOn: () => linux, agentOn: () => wine },
  { title: 'npc on Linux with nps.exe', relayOn: () => wine, agentOn: () => linux },
])('$title', ({ relayOn, agentOn }) => {
  let folder: string
  let relay: Program
  let tcpPort: number
  const visitorPort = freePort()
  const targets = new Targets()
  const programs: Program[] = []

  async function start(system: PairSystem, ...command: Parameters<PairSystem['launch']>): Promise<Program> {
    const program = system.launch(...command)
    programs.push(program)
    return program
  }

  async function startRelay(): Promise<void> {
    relay = await start(relayOn(), 'nps', [confPath(relayOn(), 'relay')], folder)
    await relay.says(/nps runs/, { timeoutMs: startTimeoutMs })
  }

  const confPath = (system: PairSystem, name: string) => `-conf_path=${system.path(join(folder, name))}`
  const nps = (...args: string[]) => relayOn().run('nps', [...args, confPath(relayOn(), 'relay')])

  /** The flags of the npc command line that nps shows. */
  const flags = (line: string) => line.match(/-\w+=\S+/g) ?? []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-pair-'))
    for (const name of ['relay/conf', 'agent', 'visitor'])
      await mkdir(join(folder, name), { recursive: true })
    const settings = `bridge_ip=127.0.0.1\nbridge_port=${await freePort()}\nweb_port=\n`
    await writeFile(join(folder, 'relay/conf/nps.conf'), settings)
    await startRelay()
  })

  afterAll(async () => {
    await targets.close()
    await Promise.all(programs.map((program) => program.kill()))
    await rm(folder, { recursive: true })
  })

  it('the agent comes online by the line that nps shows', async () => {
    const { id } = JSON.parse(await nps('client', 'add', '-name=lab', '-json')) as Client
    const line = await nps('client', 'command', `-id=${id}`, '-host=127.0.0.1')
    const args = [...flags(line), confPath(agentOn(), 'agent')]
    const agent = await start(agentOn(), 'npc', args, folder)
    await expect(agent.says(/agent online/, { timeoutMs: startTimeoutMs })).resolves.toBeUndefined()
  })

  it('8 MB come back unchanged through a tcp tunnel', async () => {
    tcpPort = await freePort()
    const target = `127.0.0.1:${await targets.echo()}`
    await nps('tunnel', 'add', '-client=1', '-mode=tcp', `-port=${tcpPort}`, `-target=${target}`)
    expect(await comesBack(targets, tcpPort)).toBe(true)
  })

  it('and through a private tunnel, whose visitor runs on Windows', async () => {
    const target = `-target=127.0.0.1:${await targets.echo()}`
    const added = await nps('tunnel', 'add', '-client=1', '-mode=private', target, '-json')
    const { id } = JSON.parse(added) as RelayTunnel
    const line = await nps('tunnel', 'command', `-id=${id}`, '-host=127.0.0.1')
    const port = `-local_port=${await visitorPort}`
    const args = [...flags(line).filter((flag) => !flag.startsWith('-local_port')), port]
    const visitor = await start(wine, 'npc', [...args, confPath(wine, 'visitor')], folder)
    await visitor.says(/listens on this machine/, { timeoutMs: startTimeoutMs })
    expect(await comesBack(targets, await visitorPort)).toBe(true)
  })

  it('both are back after the relay was killed and started again', async () => {
    await relay.kill()
    await startRelay()
    await echoes(targets, tcpPort)
    await echoes(targets, await visitorPort)
    expect(await comesBack(targets, tcpPort)).toBe(true)
  })
})

/** Whether 8 MB of chance come back as they were sent. */
async function comesBack(targets: Targets, port: number): Promise<boolean> {
  const sent = randomBytes(8_000_000)
  const back = await exchange(targets, port, sent)
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  return sha256(back) === sha256(sent)
}
