import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GuestPass } from '../../../relay-core/src/api/guest-pass-models.ts'
import type { Client } from '../../../relay-core/src/api/client-models.ts'
import type { RelayTunnel } from '../../../relay-core/src/api/relay-tunnel-models.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { Program } from '../../harness/programs/program.ts'
import { exchange } from '../table/exchange-bytes.ts'
import { ourProgram, type Runtime } from '../table/runtimes.ts'
import { ending, Targets } from '../../harness/peers/loopback-targets.ts'

/** As the shipped programs; the rows of the table try the same on Node. */
const runtime: Runtime = 'Bun'

describe('by the command line alone', () => {
  let folder: string
  let targets: Targets
  const programs: Program[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'private-line-'))
    targets = new Targets()
  })
  afterEach(async () => {
    await targets.close()
    await Promise.all(programs.splice(0).map((program) => program.kill()))
    await rm(folder, { recursive: true })
  })

  function start(name: 'nps' | 'npc', args: readonly string[]): Program {
    const [command, ...first] = ourProgram(name, runtime)
    const program = new Program(command, [...first, ...args], folder)
    programs.push(program)
    return program
  }

  async function nps(...args: string[]): Promise<string> {
    const [command, ...first] = ourProgram('nps', runtime)
    const { stdout } = await promisify(execFile)(command, [...first, ...args, `-conf_path=${folder}`])
    return stdout.trim()
  }

  async function startRelay(): Promise<void> {
    const port = await freePort()
    await mkdir(join(folder, 'conf'))
    await writeFile(
      join(folder, 'conf', 'nps.conf'),
      `bridge_ip=127.0.0.1\nbridge_port=${port}\nstock_protocol=false\n`,
    )
    await start('nps', [`-conf_path=${folder}`]).says(/nps runs/)
  }

  /** An agent of a new client, started by the line that nps shows. */
  async function startAgent(more: readonly string[] = []): Promise<number> {
    const { id } = JSON.parse(await nps('client', 'add', '-name=lab', '-json')) as Client
    const line = await nps('client', 'command', `-id=${id}`, '-host=127.0.0.1')
    const agent = start('npc', [...line.split(' ').slice(1), `-conf_path=${join(folder, 'lab')}`, ...more])
    await agent.says(/agent online/)
    expect((await stat(join(folder, 'lab', 'state', 'identity.pem'))).mode & 0o777).toBe(0o600)
    return id
  }

  it('a private tunnel is visited by the line that nps shows', async () => {
    await startRelay()
    const client = await startAgent()
    const target = `127.0.0.1:${await targets.echo()}`
    const flags = [`-client=${client}`, '-mode=private', `-target=${target}`, '-json']
    const tunnel = JSON.parse(await nps('tunnel', 'add', ...flags)) as RelayTunnel
    expect(tunnel).toMatchObject({ mode: 'private', port: null })
    expect(tunnel.settings.password).toMatch(/^[\w-]{32,}$/)
    const line = await nps('tunnel', 'command', `-id=${tunnel.id}`, '-host=127.0.0.1')
    expect(line).toMatch(
      /^npc -server=127\.0\.0\.1:\d+ -password=\S+ -local_port=\d+ -fingerprint=sha256:\S+ -agent_fingerprint=sha256:\S+$/,
    )
    const port = await freePort()
    const args = line
      .replace(/-local_port=\d+/, `-local_port=${port}`)
      .split(' ')
      .slice(1)
    await start('npc', [...args, `-conf_path=${join(folder, 'laptop')}`]).says(/listens on this machine/)
    const sent = Buffer.alloc(10_000_000, 'loss 0.12 ')
    expect((await exchange(targets, port, sent)).equals(sent)).toBe(true)
    await expect(nps('tunnel', 'add', ...flags, '-password=too-short')).rejects.toThrow(
      'at least 16 characters',
    )

    const pass = ['pass', 'add', `-tunnel=${tunnel.id}`, '-name=A labmate', '-until=8h', '-host=127.0.0.1']
    const made = JSON.parse(await nps(...pass, '-json')) as { pass: GuestPass; line: string }
    const guests = await freePort()
    const guestArgs = made.line
      .replace(/-local_port=\d+/, `-local_port=${guests}`)
      .split(' ')
      .slice(1)
    const guest = start('npc', [...guestArgs, `-conf_path=${join(folder, 'guest')}`])
    await guest.says(/listens on this machine/)
    expect((await exchange(targets, guests, sent)).equals(sent)).toBe(true)
    expect(await nps('pass', 'list')).toContain('A labmate')
    await nps('pass', 'revoke', `-id=${made.pass.id}`)
    expect(await nps('pass', 'list')).toContain('revoked')
    const ended = ending(await targets.visit(guests))
    await guest.says(/wrong-password|no such guest pass/)
    await ended
  })

  it('a private proxy is visited by its line, and leads where the lab box allows and nowhere else', async () => {
    await startRelay()
    const site = await targets.listen((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nloss\n'))
    })
    const other = await targets.echo()
    const client = await startAgent([`-allow_target=localhost:${site}`])
    const visit = async (mode: string, usualPort: number) => {
      const flags = [`-client=${client}`, `-mode=${mode}`, '-json']
      const { id } = JSON.parse(await nps('tunnel', 'add', ...flags)) as RelayTunnel
      expect(await nps('tunnel', 'probe', `-id=${id}`)).toMatch(/the target answers +ok/)
      const line = await nps('tunnel', 'command', `-id=${id}`, '-host=127.0.0.1')
      expect(line).toContain(`-local_port=${usualPort} `)
      const port = await freePort()
      const args = line
        .replace(/-local_port=\d+/, `-local_port=${port}`)
        .split(' ')
        .slice(1)
      await start('npc', [...args, `-conf_path=${join(folder, mode)}`]).says(/listens on this machine/)
      return `127.0.0.1:${port}`
    }
    const curl = async (...args: string[]) => (await promisify(execFile)('curl', ['-sS', ...args])).stdout
    const socks = ['--socks5-hostname', await visit('privateSocks5', 1080)]
    expect(await curl(...socks, `http://localhost:${site}/`)).toBe('loss\n')
    // curl: "Can't complete SOCKS5 connection to … (2)", not allowed by the rules
    await expect(curl(...socks, `http://localhost:${other}/`)).rejects.toThrow(/\(2\)/)
    const http = ['-x', `http://${await visit('privateHttpProxy', 3128)}`]
    expect(await curl(...http, `http://localhost:${site}/`)).toBe('loss\n')
    expect(await curl(...http, '-p', `http://localhost:${site}/`)).toBe('loss\n')
    expect(await curl(...http, `http://localhost:${other}/`)).toContain('does not allow connections')

    const pass = ['pass', 'add', '-tunnel=1', '-name=A labmate', '-until=8h', '-host=127.0.0.1']
    await expect(nps(...pass)).rejects.toThrow(/only tcp and private tunnels/)
    await expect(nps('tunnel', 'edit', '-id=1', '-mode=tcp')).rejects.toThrow(/can become socks5 only/)
    const edited = await nps('tunnel', 'edit', '-id=1', '-mode=socks5', '-json')
    expect(JSON.parse(edited)).toMatchObject({ mode: 'socks5', port: expect.any(Number) })
  })

  it('a shared folder is shown to its users, and to nobody else', async () => {
    const shared = join(folder, 'results')
    await mkdir(shared)
    await writeFile(join(shared, 'loss.csv'), 'step,loss\n')
    await startRelay()
    const client = await startAgent([`-share=${shared}`])
    const port = await freePort()
    const flags = [
      `-client=${client}`,
      '-mode=file',
      `-port=${port}`,
      `-folder=${shared}`,
      '-user=ada:lovelace',
    ]
    await nps('tunnel', 'add', ...flags)
    const url = `http://127.0.0.1:${port}/loss.csv`
    expect((await fetch(url)).status).toBe(401)
    const headers = { authorization: `Basic ${Buffer.from('ada:lovelace').toString('base64')}` }
    expect(await (await fetch(url, { headers })).text()).toBe('step,loss\n')
    const part = await fetch(url, { headers: { ...headers, range: 'bytes=5-8' } })
    expect([part.status, await part.text()]).toEqual([206, 'loss'])
    await nps('tunnel', 'edit', '-id=1', '-user=off')
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('loss.csv')
  })
})
