import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../api/client-models.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import { freePort } from '../../testing/free-port.ts'
import type { ImportReport } from '../../relay/stock/stock-data/import-stock.ts'

/** As in the app's process, and as shipped. */
const programs = process.env['NPS_PROGRAMS'] ?? join(import.meta.dirname, '../../../../build/out')
const shipped = (name: 'nps' | 'npc') => join(programs, `${name}-linux-amd64`)
const sources = (name: 'nps' | 'npc') => [
  process.execPath,
  join(import.meta.dirname, `../${name}/${name}.ts`),
]

const forms: [string, { nps: string[]; npc: string[] }][] = [
  ['from sources on Node', { nps: sources('nps'), npc: sources('npc') }],
]
if (existsSync(shipped('nps')))
  forms.push(['as one-file programs', { nps: [shipped('nps')], npc: [shipped('npc')] }])

/** Whatever a name of a folder may hold: people's own names among them. */
const odd = `a b 用户 #"x" :%$'q`
let root: string
let folder: string
let port: number
const running: ChildProcess[] = []

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'nps-cli-'))
  folder = join(root, odd)
  mkdirSync(join(folder, 'conf'), { recursive: true })
  port = await freePort()
  writeFileSync(
    join(folder, 'conf/nps.conf'),
    `bridge_ip=127.0.0.1\nbridge_port=${port}\nallow_ports=${port + 1}-${port + 50}\nunknown_key=1\n`,
  )
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(root, { recursive: true })
})

describe.each(forms)('nps and npc %s', (_name, { nps, npc }) => {
  function run(
    program: string[],
    ...args: string[]
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const [file = '', ...first] = program
    return new Promise((resolve) => {
      const env = { PATH: process.env['PATH'] ?? '', HOME: folder }
      execFile(file, [...first, ...args], { env, timeout: 20_000, cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      )
    })
  }
  const ask = (...args: string[]) => run(nps, ...args, `-conf_path=${folder}`)
  const json = async <T>(...args: string[]) => {
    const { code, stdout, stderr } = await ask(...args, '-json')
    if (code !== 0) throw new Error(`nps ${args.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  /** Fulfils when a line of its log has `text`. */
  async function start(program: string[], args: string[], text: string): Promise<ChildProcess> {
    const [file = '', ...first] = program
    const child = spawn(file, [...first, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    })
    running.push(child)
    const said: string[] = []
    child.stderr?.on('data', (chunk) => said.push(String(chunk)))
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no "${text}" in 20 s:\n${said.join('\n')}`)), 20_000)
      createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
        said.push(line)
        if (!line.includes(text)) return
        clearTimeout(timer)
        resolve()
      })
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`it ended with ${code}:\n${said.join('\n')}`))
      })
    })
    return child
  }
  const startRelay = () => start(nps, [`-conf_path=${folder}`], ' nps runs ')

  test('R15: kill -9 at any moment loses nothing that was acknowledged', async () => {
    const acknowledged: number[] = []
    let tunnel: RelayTunnel | undefined
    for (let round = 0; round < 3; round++) {
      const relay = await startRelay()
      const { id } = await json<Client>('client', 'add', `-name=lab ${round}`)
      acknowledged.push(id)
      tunnel ??= await json<RelayTunnel>('tunnel', 'add', `-client=${id}`, '-target=127.0.0.1:22')
      relay.kill('SIGKILL')
      await once(relay, 'exit')
    }
    await startRelay()
    const clients = await json<Client[]>('client', 'list')
    expect(clients.map(({ id }) => id)).toEqual(acknowledged)
    const tunnels = await json<RelayTunnel[]>('tunnel', 'list')
    expect(tunnels).toMatchObject([{ id: tunnel?.id, port: tunnel?.port, status: { state: 'listening' } }])
  })

  test('npc comes online by the copied command, and the probe goes all the way', async () => {
    await startRelay()
    const { id } = await json<Client>('client', 'add', '-name=lab')
    const { stdout } = await ask('client', 'command', `-id=${id}`, '-host=127.0.0.1')
    const [, ...args] = stdout.trim().split(' ')
    await start(npc, [...args, `-conf_path=${join(folder, 'npc')}`], 'agent online')
    const tunnel = await json<RelayTunnel>(
      'tunnel',
      'add',
      `-client=${id}`,
      `-target=127.0.0.1:${port}`,
      '-name=bridge',
    )
    const probe = await ask('tunnel', 'probe', `-id=${tunnel.id}`)
    expect(probe.stdout).toMatch(/the target answers\s+ok/)
    expect(probe.code).toBe(0)
    expect((await ask('tunnel', 'stop', `-id=${tunnel.id}`)).stdout).toContain('stopped')
    expect((await ask('tunnel', 'probe', `-id=${tunnel.id}`)).code).toBe(1)
    expect(await ask('tunnel', 'remove', `-id=${tunnel.id}`)).toMatchObject({
      code: 0,
      stdout: `Tunnel ${tunnel.id} is removed.\n`,
    })
    expect((await ask('client', 'remove', `-id=${id}`)).code).toBe(0)
    expect(await json('client', 'list')).toEqual([])
  })

  test('R8, W10: a second npc with the same key takes over; the first one says who it is, and waits', async () => {
    await startRelay()
    const { id } = await json<Client>('client', 'add', '-name=lab')
    const { stdout } = await ask('client', 'command', `-id=${id}`, '-host=127.0.0.1')
    const [, ...args] = stdout.trim().split(' ')
    const first = await start(npc, [...args, `-conf_path=${join(folder, 'npc')}`], 'agent online')
    const told = new Promise<string>((resolve) => {
      first.stdout?.on('data', (chunk) => /agent waiting/.test(String(chunk)) && resolve(String(chunk)))
    })
    await start(npc, [...args, `-conf_path=${join(folder, 'npc')}`], 'agent online')
    expect(await told).toMatch(/retryInMs=[3-6]\d{4} code=agent-replaced reason=".* from 127\.0\.0\.1 \(/)
    expect(first.exitCode).toBeNull()
  })

  test('ends in good order, and refuses to run twice on one state', async () => {
    const relay = await startRelay()
    const second = await ask()
    expect(second).toMatchObject({ code: 1 })
    expect(second.stderr).toContain('Another nps runs with the state in')
    relay.kill('SIGTERM')
    expect((await once(relay, 'exit'))[0]).toBe(0)
  })

  test('every failure is one readable line and an exit code', async () => {
    expect(await run(nps, '-version')).toMatchObject({ code: 0, stdout: '1.0.0\n' })
    expect(await run(npc, '-version')).toMatchObject({ code: 0, stdout: '1.0.0\n' })
    expect(await run(npc)).toMatchObject({ code: 2 })
    expect((await run(npc, '-server=1.2.3.4', '-vkey=x')).stderr).toBe(
      '-server needs host:port, for example 120.1.1.2:8024, not "1.2.3.4".\n',
    )
    expect(await ask('client', 'list')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nps is not running.*\n$/) as string,
    })
    expect((await run(nps, `-conf_path=${folder}`, 'client', 'list')).stderr).toMatch(/^nps is not running/)
    expect((await ask('tunnel', 'add', '-target=x', '-client=1')).code).toBe(2)
    expect((await ask('dance')).stderr).toContain('There is no command "dance".')
    expect((await ask('client', 'ad', '-name=x')).stderr).toContain('There is no command "nps client ad".')
    expect((await run(npc, '-server=h:1', '-vkey_file=/no/key')).stderr).toBe(
      'There is no /no/key, which -vkey_file names.\n',
    )
    writeFileSync(join(folder, 'conf/nps.conf'), 'bridge_port=no\n')
    expect(await ask()).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('nps.conf:1: bridge_port needs') as string,
    })
    rmSync(join(folder, 'conf/nps.conf'))
    expect(await ask()).toMatchObject({ code: 78, stderr: expect.stringContaining('There is no ') as string })
  })

  test.each([
    ['nps -h', 'nps install'],
    ['nps --help', 'nps install'],
    ['nps help', 'nps install'],
    ['nps install -h', 'nps install'],
    ['nps tunnel add -h', 'nps tunnel add'],
    ['nps tunnel --help', 'nps tunnel add'],
    ['nps client -help', 'nps client add'],
    ['npc -h', 'npc install'],
    ['npc install --help', 'npc install'],
  ])('%s is help on standard output, exit 0', async (line, text) => {
    const [name, ...args] = line.split(' ')
    const { code, stdout, stderr } = await run(name === 'nps' ? nps : npc, ...args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(text)
  })

  test('an invite says so while there is no npc to hand out', async () => {
    await startRelay()
    await json<Client>('client', 'add', '-name=lab')
    const missing = 'no npc to hand out'
    expect((await ask('client', 'invite', '-id=1', '-host=127.0.0.1')).stdout).toContain(missing)
    mkdirSync(join(folder, 'programs'), { recursive: true })
    writeFileSync(join(folder, 'programs', 'npc-linux-amd64.gz'), '')
    expect((await ask('client', 'invite', '-id=1', '-host=127.0.0.1')).stdout).not.toContain(missing)
  })

  test('a range of tunnels is added as a whole or not at all', async () => {
    await startRelay()
    const { id } = await json<Client>('client', 'add', '-name=lab')
    // The last one is outside of allow_ports.
    const ports = `-port=${port + 49}-${port + 51}`
    const refused = await ask('tunnel', 'add', `-client=${id}`, ports, '-target=5001-5003')
    expect(refused).toMatchObject({ code: 1 })
    expect(await json('tunnel', 'list')).toEqual([])
  })

  test.each([
    ['-vkey=topsecret-of-the-lab', []],
    ['-vkey', ['topsecret-of-the-lab']],
    ['--password=topsecret-of-a-tunnel', []],
  ])('%s leaves the list of processes, and npc keeps its number', async (flag, more) => {
    const visits = flag.includes('password')
    const local = visits ? [`-local_port=${port + 60}`] : []
    const args = [`-server=127.0.0.1:${port}`, flag, ...more, ...local, `-conf_path=${join(folder, 'npc')}`]
    const child = await start(npc, args, visits ? 'listens on this machine' : 'agent waiting')
    const words = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')
    expect(words).toContain('-server=')
    expect(words).not.toContain('topsecret')
  })

  test('what runs for long has the last compiler set, under its number, and no program that it starts has', async () => {
    const told = join(root, 'told')
    const tell = join(root, 'tell')
    writeFileSync(tell, `#!/bin/sh\nenv > ${told}.new && mv ${told}.new ${told}\n`, { mode: 0o755 })
    const config = join(folder, 'npc.conf')
    const server = `server_addr=127.0.0.1:${port + 60}\nvkey=a-key-that-is-long-enough`
    writeFileSync(config, `[common]\n${server}\nbefore_dial=${tell}\n`)
    const agent = await start(
      npc,
      [`-config=${config}`, `-conf_path=${join(folder, 'npc')}`],
      'agent waiting',
    )
    for (const { pid } of [agent, await startRelay()])
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8').includes('BUN_JSC_')).toBe(nps.length === 1)
    await expect.poll(() => existsSync(told), { timeout: 15_000 }).toBe(true)
    expect(readFileSync(told, 'utf8')).not.toContain('BUN_JSC_')
  })

  test('a key in a file is as good as one in a flag', async () => {
    await startRelay()
    const { vkey } = await json<Client>('client', 'add', '-name=lab')
    const file = join(folder, 'lab key.txt')
    writeFileSync(file, `${vkey}\n`)
    await start(
      npc,
      [`-server=127.0.0.1:${port}`, `-vkey_file=${file}`, `-conf_path=${folder}`],
      'agent online',
    )
    // what a pipe brought is there once, however npc starts
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const [other] = await Promise.all([
      start(npc, [`-server=127.0.0.1:${port}`, `-vkey_file=${pipe}`, `-conf_path=${root}`], 'agent online'),
      writeFile(pipe, `${vkey}\n`),
    ])
    other.kill()
    expect(await run(npc, '-server=h:1', `-vkey_file=${file}`, '-vkey=x')).toMatchObject({
      code: 2,
      stderr: 'Give -vkey or -vkey_file, not both.\n',
    })
  })

  test('starting in the folder of a stock nps takes its data, and import takes them by hand, running or not', async () => {
    const sample = join(import.meta.dirname, '../../relay/stock/stock-data/sample/conf')
    const left = await ask('import', join(folder, 'conf'))
    expect(left).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no clients.json') as string,
    })
    rmSync(join(folder, 'state'), { recursive: true })
    for (const name of ['clients', 'tasks', 'hosts']) {
      // Its ports are those of this test.
      const text = readFileSync(join(sample, `${name}.json`), 'utf8')
      const moved = text.replace(/"Port":70(\d\d)/g, (_, last: string) => `"Port":${port + Number(last)}`)
      writeFileSync(join(folder, `conf/${name}.json`), moved)
    }
    const relay = await startRelay()
    expect((await json<Client[]>('client', 'list')).map(({ id, name }) => [id, name])).toEqual([
      [2, 'lab-a100'],
      [3, 'client 3'],
      [5, 'old desk'],
    ])
    expect((await json<RelayTunnel[]>('tunnel', 'list'))[0]).toMatchObject({
      name: 'ssh',
      port: port + 1,
      status: { state: 'listening' },
      downBytes: 4096,
    })
    const again = await json<ImportReport>('import', folder)
    expect(again).toMatchObject({ clientsTaken: 0, tunnelsTaken: 0 })
    expect(await json('client', 'remove', '-id=5')).toEqual({})
    expect(await json('import', folder)).toMatchObject({ clientsTaken: 1, tunnelsTaken: 3 })
    relay.kill('SIGTERM')
    await once(relay, 'exit')
    const stopped = await ask('import', folder)
    expect(stopped.code).toBe(0)
    expect(stopped.stdout).toMatch(/\nTaken from .*conf: 0 clients, 0 tunnels and hosts\. Left out: 6\./)
  })

  test('a conf folder is taken before nps has ever run', async () => {
    const sample = join(import.meta.dirname, '../../relay/stock/stock-data/sample/conf')
    const told = await ask('import', sample)
    expect(told).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nTaken from .*conf: 3 clients/) as string,
    })
    await startRelay()
    expect(await json('client', 'list')).toHaveLength(3)
  })

  test('certificates of an imported host stay where they are, also for a relay of another account', async () => {
    const stock = join(root, 'stock/conf')
    mkdirSync(stock, { recursive: true })
    const sample = join(import.meta.dirname, '../../relay/stock/stock-data/sample/conf')
    for (const name of ['clients.json', 'hosts.json']) copyFileSync(join(sample, name), join(stock, name))
    await startRelay()
    // What root finds where nps has an account of its own; anybody else asks about a state that is theirs.
    if (process.getuid?.() === 0) chownSync(join(folder, 'state'), 65_534, 65_534)
    const report = await json<ImportReport>('import', stock)
    expect(report).toMatchObject({ folder: stock, clientsTaken: 3, tunnelsTaken: 2 })
    const [notebook] = await json<RelayTunnel[]>('tunnel', 'list')
    expect(notebook?.settings.host).toMatchObject({
      certFile: join(stock, 'notebook.pem'),
      keyFile: join(stock, 'notebook.key'),
    })
  })

  test('status tells of what runs in the foreground, until it has ended', async () => {
    const relay = await startRelay()
    expect((await ask('status')).stdout).toMatch(
      /^nps runs in the foreground, as no service\. Version .* 0 of 0 clients online\.\n$/,
    )
    expect(await json('status')).toMatchObject({ service: 'foreground', state: 'running', bridgePort: port })
    const { id } = await json<Client>('client', 'add', '-name=lab')
    const { stdout } = await ask('client', 'command', `-id=${id}`, '-host=127.0.0.1')
    const [, ...args] = stdout.trim().split(' ')
    const own = `-conf_path=${join(folder, 'npc')}`
    const agent = await start(npc, [...args, own], 'agent online')
    const online = await run(npc, 'status', own)
    expect(online).toMatchObject({ code: 0, stdout: expect.stringContaining('npc runs in the foreground') })
    expect(online.stdout).toContain(`It is online at 127.0.0.1:${port}.`)
    agent.kill('SIGKILL')
    await once(agent, 'exit')
    expect((await run(npc, 'status', own)).stdout).toContain('npc is not installed.')
    relay.kill('SIGTERM')
    await once(relay, 'exit')
    expect(await ask('status')).toMatchObject({ code: 3 })
  })

  test('status tells what the server has refused of npc.conf, and which shared folder cannot be read', async () => {
    await startRelay()
    const { vkey } = await json<Client>('client', 'add', '-name=lab')
    const { id } = await json<Client>('client', 'add', '-name=another')
    await json('tunnel', 'add', `-client=${id}`, '-name=theirs', `-port=${port + 2}`, '-target=22')
    await json('tunnel', 'add', '-client=1', '-name=mine', `-port=${port + 3}`, '-target=23')
    const config = join(folder, 'npc.conf')
    const section = (name: string, at: number) =>
      `[${name}]\nmode=tcp\nserver_port=${at}\ntarget_addr=127.0.0.1:22\n`
    const common = `[common]\nserver_addr=127.0.0.1:${port}\nvkey=${vkey}\nshare=${folder}/none\n`
    writeFileSync(
      config,
      `${common}${section('fine', port + 1)}${section('taken', port + 2)}${section('twice', port + 3)}${section('far', port + 90)}`,
    )
    const own = `-conf_path=${join(folder, 'npc')}`
    await start(npc, [`-config=${config}`, own], 'agent online')
    const told = async () => (await run(npc, 'status', own)).stdout
    await expect
      .poll(told, { timeout: 15_000 })
      .toContain(`When npc started: The shared folder ${folder}/none is not there`)
    const said = await told()
    expect(said).not.toContain('[fine]')
    for (const [name, cause] of [
      ['taken', `Port ${port + 2} belongs to another tunnel of this server. Choose another one.`],
      ['twice', `Port ${port + 3} belongs to tunnel 2 “mine” of this lab box, which leads to 127.0.0.1:23`],
      ['far', `Port ${port + 90} is outside allow_ports=${port + 1}-${port + 50}. Choose one inside`],
    ]) {
      expect(said).toContain(`[${name}] of npc.conf is not on the server: ${cause}`)
    }
    expect(said).not.toContain('theirs')
    expect((await run(npc, 'status', own)).code).toBe(4)
    const listed = await run(npc, 'status', `-config=${config}`, own)
    expect(listed.stdout).toMatch(/fine +ok\ntaken +not running\ntwice +not running\nfar +not running/)
    expect(listed.code).toBe(4)
  })

  test('a tunnel that only a later nps knows hides no other one, and its list says that it is there', async () => {
    await startRelay()
    await json<Client>('client', 'add', '-name=lab')
    for (const name of ['ssh', 'by-air'])
      await json('tunnel', 'add', '-client=1', `-name=${name}`, '-target=22')
    const database = new DatabaseSync(join(folder, 'state/relay.db'))
    database.exec("update tunnels set mode = 'carrierPigeon' where name = 'by-air'")
    database.close()
    const listed = await ask('tunnel', 'list')
    expect(listed.stdout).toContain('ssh')
    expect(listed.stdout).not.toContain('by-air')
    const known =
      'tunnel 2 “by-air” is of a kind that only a newer version knows. This is nps 1.0.0: update it.\n'
    expect(listed).toMatchObject({ code: 0, stderr: `Not shown: ${known}` })
    expect(await json('tunnel', 'list')).toMatchObject([{ id: 1, name: 'ssh' }])
    for (const change of [['edit', '-target=23'], ['stop'], ['start']])
      expect(await ask('tunnel', ...change, '-id=2')).toMatchObject({
        code: 1,
        stderr: `Nothing is changed: ${known}`,
      })
    expect((await ask('tunnel', 'remove', '-id=2')).code).toBe(0)
  })

  test('nor does a client whose settings only a later nps could read, which it keeps', async () => {
    await startRelay()
    for (const name of ['lab', 'by-air']) await json<Client>('client', 'add', `-name=${name}`)
    const database = new DatabaseSync(join(folder, 'state/relay.db'))
    database.exec(`update clients set settings = '{"mayPush":"on-sundays"}' where name = 'by-air'`)
    const known =
      'client 2 “by-air” is of a kind that only a newer version knows. This is nps 1.0.0: update it.\n'
    const listed = await ask('client', 'list')
    expect(listed).toMatchObject({ code: 0, stderr: `Not shown: ${known}` })
    expect(await json('client', 'list')).toMatchObject([{ id: 1, name: 'lab' }])
    expect(await ask('client', 'edit', '-id=2', '-crypt')).toMatchObject({
      code: 1,
      stderr: `Nothing is changed: ${known}`,
    })
    expect(database.prepare('select settings from clients where id = 2').get()).toEqual({
      settings: '{"mayPush":"on-sundays"}',
    })
    database.close()
    expect((await ask('client', 'remove', '-id=2')).code).toBe(0)
  })

  test('what only a later nps knows of a client or a tunnel outlives each change of the rest', async () => {
    await startRelay()
    await json<Client>('client', 'add', '-name=lab')
    await json('tunnel', 'add', '-client=1', '-target=22')
    const database = new DatabaseSync(join(folder, 'state/relay.db'))
    const later = `settings = '{"pigeons":{"count":3}}', limits = '{"allowCountries":["DE"]}'`
    const stored = (table: string) =>
      Object.values(database.prepare(`select settings, limits from ${table}`).get() ?? {}).map(
        (json) => JSON.parse(String(json)) as unknown,
      )
    database.exec(`update clients set ${later}`)
    await json('client', 'edit', '-id=1', '-crypt', '-max_conn=5')
    expect(stored('clients')).toEqual([
      { crypt: true, pigeons: { count: 3 } },
      { maxConnections: 5, allowCountries: ['DE'] },
    ])
    await json('tunnel', 'stop', '-id=1')
    database.exec(`update tunnels set ${later}`)
    await json('tunnel', 'edit', '-id=1', '-proxy_protocol=v1', '-max_conn=5')
    expect(stored('tunnels')).toEqual([
      { proxyProtocol: 'v1', pigeons: { count: 3 } },
      { maxConnections: 5, allowCountries: ['DE'] },
    ])
    database.close()
  })

  test('connect prints what the app needs, also while nps is stopped', async () => {
    const printed = await json<Record<string, string>>('connect', '-host=120.1.1.2')
    expect(printed).toMatchObject({
      host: '120.1.1.2',
      port,
      key: expect.stringMatching(/^[\w-]{43}$/) as string,
    })
    const link = new URL(printed['link'] ?? '')
    expect(link.protocol).toBe('nps-desktop:')
    expect(Object.fromEntries(link.searchParams)).toMatchObject({ fingerprint: printed['fingerprint'] })
    expect(await json('connect', '-host=120.1.1.2')).toEqual(printed)
  })
})
