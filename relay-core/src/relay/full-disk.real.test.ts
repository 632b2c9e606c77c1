import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../api/client-models.ts'
import type { RelayTunnel } from '../api/relay-tunnel-models.ts'
import { freePort } from '../testing/free-port.ts'

/** As in the app's process, and as shipped. */
const programs = process.env['NPS_PROGRAMS'] ?? join(import.meta.dirname, '../../../build/out')
const shipped = (name: 'nps' | 'npc') => join(programs, `${name}-linux-amd64`)
const sources = (name: 'nps' | 'npc') => [
  process.execPath,
  join(import.meta.dirname, `../cli/${name}/${name}.ts`),
]
const forms: [string, string[], string[]][] = [['from sources on Node', sources('nps'), sources('npc')]]
if (existsSync(shipped('nps'))) forms.push(['as one-file programs', [shipped('nps')], [shipped('npc')]])

const vkey = 'k'.repeat(32)
let folder: string
let echo: Server
let bridgePort: number
let tunnelPort: number
const running: ChildProcess[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-full-'))
  for (const name of ['conf', 'state']) mkdirSync(join(folder, name))
  echo = createServer((socket) => socket.pipe(socket).on('error', () => socket.destroy()))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  bridgePort = await freePort()
  tunnelPort = await freePort()
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  echo.close()
  const state = join(folder, 'state')
  if (isMounted(state)) execFileSync('umount', [state])
  rmSync(folder, { recursive: true })
})

const isMounted = (path: string) => statSync(path).dev !== statSync(join(path, '..')).dev

/** Small disks of their own; the second has blocks smaller than a page of memory. */
const disks: Record<string, () => void> = {
  'a tmpfs': () => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', join(folder, 'state')]),
  'an ext4': () => {
    const image = join(folder, 'image')
    writeFileSync(image, Buffer.alloc(8 * 1024 * 1024))
    execFileSync('mkfs.ext4', ['-q', '-m', '0', '-b', '1024', image])
    execFileSync('mount', ['-o', 'loop', image, join(folder, 'state')])
  },
}

/** To the last byte. */
function fillDisk(): void {
  const file = join(folder, 'state', 'filler')
  for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 4)) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

describe.each(forms)('%s', (_name, nps, npc) => {
  /** Fulfils when a line of its log has `text`; `heard` waits for later ones. */
  async function start([file = '', ...first]: string[], args: string[], text: string) {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder }
    const child = spawn(file, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: folder })
    running.push(child)
    const said: string[] = []
    const waiting = new Set<() => void>()
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        said.push(line)
        for (const look of waiting) look()
      })
    const heard = (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (said.some((line) => line.includes(wanted))) resolve()
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${said.join('\n')}`)))
        look()
      })
    await heard(text)
    return { child, heard, count: (wanted: string) => said.filter((line) => line.includes(wanted)).length }
  }

  const startRelay = () => start(nps, [`-conf_path=${folder}`], 'nps runs')

  function ask(...args: string[]): Promise<{ code: number; stdout: string }> {
    const [file = '', ...first] = nps
    const all = [...first, ...args, `-conf_path=${folder}`, '-json']
    return new Promise((resolve) => {
      execFile(file, all, { timeout: 30_000 }, (error, stdout) =>
        resolve({ code: error ? Number(error.code) : 0, stdout }),
      )
    })
  }
  async function json<T>(...args: string[]): Promise<T> {
    const { code, stdout } = await ask(...args)
    if (code !== 0) throw new Error(`nps ${args.join(' ')} ended with ${code}: ${stdout}`)
    return JSON.parse(stdout) as T
  }

  /** A relay with an agent and a tunnel to the echo. */
  async function setUp() {
    writeFileSync(join(folder, 'conf/nps.conf'), `bridge_ip=127.0.0.1\nbridge_port=${bridgePort}\n`)
    const relay = await startRelay()
    const client = await json<Client>('client', 'add', '-name=lab', `-vkey=${vkey}`)
    const target = `127.0.0.1:${(echo.address() as AddressInfo).port}`
    const tunnel = await json<RelayTunnel>(
      'tunnel',
      'add',
      `-client=${client.id}`,
      '-mode=tcp',
      `-port=${tunnelPort}`,
      `-target=${target}`,
    )
    const agent = await start(
      npc,
      [`-server=127.0.0.1:${bridgePort}`, `-vkey=${vkey}`, '-type=tcp', `-conf_path=${folder}/npc`],
      'agent online',
    )
    return { relay, agent, tunnel }
  }

  async function visit(): Promise<Socket> {
    const socket = connect(tunnelPort, '127.0.0.1')
    // It ends with its relay; who still waits for it hears of it by `close`.
    socket.on('error', () => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  async function say(socket: Socket, bytes: number): Promise<void> {
    let back = 0
    const done = new Promise<void>((resolve, reject) => {
      const end = () => reject(new Error('the visit ended'))
      const take = (chunk: Buffer) => {
        back += chunk.length
        if (back < bytes) return
        socket.off('data', take).off('close', end)
        resolve()
      }
      socket.on('data', take).once('close', end)
    })
    socket.write(Buffer.alloc(bytes))
    await done
  }

  test.each(Object.keys(disks))(
    '%s that is full: traffic goes on, calls say disk-full, counters are written later, nps starts on it',
    async (disk) => {
      disks[disk]?.()
      const { relay, agent, tunnel } = await setUp()
      const visitor = await visit()
      await say(visitor, 1_000)
      fillDisk()
      agent.child.kill('SIGTERM')
      await relay.heard('the state cannot be saved')
      const refused = await ask('client', 'add', '-name=other')
      expect(refused.code).toBe(1)
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'disk-full' } })
      expect(relay.child.exitCode).toBe(null)
      expect(relay.count('cannot be saved')).toBe(1)

      // As after a reboot, with the disk still full.
      relay.child.kill('SIGKILL')
      await once(relay.child, 'exit')
      const second = await startRelay()
      const npcArgs = [
        `-server=127.0.0.1:${bridgePort}`,
        `-vkey=${vkey}`,
        '-type=tcp',
        `-conf_path=${folder}/npc`,
      ]
      await start(npc, npcArgs, 'agent online')
      const later = await visit()
      await say(later, 5_000)
      await second.heard('the state cannot be saved')
      expect(await json<RelayTunnel[]>('tunnel', 'list')).toMatchObject([{ id: tunnel.id, upBytes: 5_000 }])

      rmSync(join(folder, 'state', 'filler'))
      await second.heard('the state is saved again')
      second.child.kill('SIGKILL')
      await once(second.child, 'exit')
      await startRelay()
      expect(await json<RelayTunnel[]>('tunnel', 'list')).toMatchObject([{ id: tunnel.id, upBytes: 5_000 }])
      await json('client', 'add', '-name=other')
    },
    60_000,
  )

  test('a backup that holds relay.db for ten seconds delays nobody but the calls that write', async () => {
    const { relay } = await setUp()
    const visitor = await visit()
    await say(visitor, 1_000)
    const hold = `const d = new (require('node:sqlite').DatabaseSync)(process.argv[1]); d.exec('begin immediate')
      console.log('held'); setTimeout(() => d.exec('rollback'), 10_000)`
    const backup = spawn(process.execPath, ['-e', hold, join(folder, 'state/relay.db')], { stdio: 'pipe' })
    running.push(backup)
    await once(backup.stdout, 'data')
    const beganMs = performance.now()
    const added = json<Client>('client', 'add', '-name=other')
    const ended = once(backup, 'exit')
    let slowestMs = 0
    let isHeld = true
    void ended.then(() => (isHeld = false))
    while (isHeld) {
      const atMs = performance.now()
      await say(visitor, 100)
      slowestMs = Math.max(slowestMs, performance.now() - atMs)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(performance.now() - beganMs).toBeGreaterThan(9_000)
    // Whatever waited for the backup would wait for most of its ten seconds; a busy computer holds up a round for one or two.
    expect(slowestMs).toBeLessThan(5_000)
    expect((await added).name).toBe('other')
    expect(relay.child.exitCode).toBe(null)
  }, 60_000)
})
