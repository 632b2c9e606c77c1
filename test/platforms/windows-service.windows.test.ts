import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poll } from '../../relay-core/src/async/wait/poll.ts'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import type { Program } from '../harness/programs/program.ts'
import { runKey, Windows, windowsPath } from '../testbed/wine/windows.ts'

const built = (name: 'nps' | 'npc') =>
  resolve(import.meta.dirname, `../../build/out/${name}-windows-amd64.exe`)
/** Nobody listens there. */
const server = '127.0.0.1:9'
const installed = (name: 'nps' | 'npc') => `C:\\Program Files\\${name}\\${name}.exe`

let windows: Windows
let folder: string
let foreground: Program

beforeAll(async () => {
  windows = await Windows.start()
  folder = await mkdtemp(join(tmpdir(), 'nps-service-'))
  const own = `-conf_path=${windowsPath(folder)}`
  foreground = windows.launch(built('npc'), [`-server=${server}`, '-vkey=abcdefghijklmnop', own], folder)
  await foreground.says(/cannot be reached/, { timeoutMs: 60_000 })
})

afterAll(async () => {
  await foreground.kill()
  await windows.close()
  await rm(folder, { recursive: true })
})

async function run(program: string, ...args: string[]) {
  const { exitCode, stdout, stderr } = await windows.run(program, args)
  return { exitCode, said: `${stdout}${stderr}`.replaceAll('\r', '') }
}

async function did(program: string, ...args: string[]): Promise<string> {
  const { exitCode, said } = await run(program, ...args)
  expect({ exitCode, said }).toMatchObject({ exitCode: 0 })
  return said
}

/** Once the program that runs has ended, a shell of its own removes it. */
function leavesNothing(name: 'nps' | 'npc'): Promise<true> {
  const places = [`C:\\ProgramData\\${name}`, `C:\\Program Files\\${name}`]
  return poll(
    async () => {
      const found = await Promise.all(places.map((place) => run('cmd', '/c', 'dir', '/s', '/b', place)))
      return found.every(({ exitCode }) => exitCode !== 0) || undefined
    },
    { intervalMs: 500, timeoutMs: 60_000, onTimeout: () => new Error(`something is left of ${name}`) },
  )
}

/** What `status` tells once another process than `pid` runs. */
function runsAnew(program: string, pid: number): Promise<object> {
  return poll(
    async () => {
      const { said } = await run(program, 'status', '-json')
      const now = JSON.parse(said) as { state: string; pid?: number }
      return now.state === 'running' && now.pid !== pid ? now : undefined
    },
    { intervalMs: 500, timeoutMs: 60_000, onTimeout: () => new Error('npc was not started again') },
  )
}

describe('npc on Windows', () => {
  it('in the foreground says so', async () => {
    const said = await did(built('npc'), 'status', `-conf_path=${windowsPath(folder)}`)
    expect(said).toContain('npc runs in the foreground, as no service. It is ')
  })

  it('as a logon entry runs, is replaced while it runs, stops, and leaves nothing', async () => {
    const install = ['install', `-server=${server}`, '-vkey=abcdefghijklmnop', '-service=logon']
    expect(await did(built('npc'), ...install)).toContain('a logon entry of your Windows user')
    expect(await did('reg', 'query', runKey, '/v', 'NPS Desktop npc')).toContain('npc-keeper.exe')
    // It tries again and again: it is between two tries, or in one.
    expect(await did(built('npc'), 'start')).toMatch(/npc is running\. It is (not online at|connecting to) /)
    const before = JSON.parse(await did(built('npc'), 'status', '-json')) as { pid: number }
    expect(before).toMatchObject({ service: 'logon', state: 'running', agent: { server } })
    expect(await did(built('npc'), ...install)).toContain('npc was running and has been restarted.')
    await runsAnew(built('npc'), before.pid)
    await did(built('npc'), 'stop')
    expect(await run(built('npc'), 'status')).toEqual({ exitCode: 3, said: 'npc is stopped (logon).\n' })
    await did(built('npc'), 'uninstall', '-purge')
    expect(await run('reg', 'query', runKey, '/v', 'NPS Desktop npc')).not.toMatchObject({ exitCode: 0 })
    await leavesNothing('npc')
  })

  it('as a service is what an administrator gets, is started again, and removes itself', async () => {
    const install = ['install', `-server=${server}`, '-vkey=abcdefghijklmnop']
    await did('sc', 'create', 'Npc', 'binPath=', String.raw`C:\npc\npc.exe service`)
    expect(await run(built('npc'), ...install)).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('Windows has a service npc of another program.'),
    })
    await did('sc', 'delete', 'npc')
    expect(await did(built('npc'), ...install)).toContain('a Windows service')
    await did(installed('npc'), 'start')
    const { pid } = JSON.parse(await did(installed('npc'), 'status', '-json')) as { pid: number }
    await did('taskkill', '/f', '/pid', `${pid}`)
    expect(await runsAnew(installed('npc'), pid)).toMatchObject({ service: 'windows-service' })
    expect(await did(installed('npc'), 'uninstall', '-purge')).toContain('are removed.')
    expect(await run('sc', 'query', 'npc')).not.toMatchObject({ exitCode: 0 })
    await leavesNothing('npc')
  })
})

describe('nps on Windows', () => {
  it('as a service answers the command line through its pipe, and nobody takes its state', async () => {
    const own = join(folder, 'nps')
    await mkdir(join(own, 'conf'), { recursive: true })
    const bridge = await freePort()
    const settings = ['bridge_ip=127.0.0.1', `bridge_port=${bridge}`, 'web_port=0', '']
    await writeFile(join(own, 'conf/nps.conf'), settings.join('\n'))
    const nps = (...args: string[]) => run(installed('nps'), ...args, `-conf_path=${windowsPath(own)}`)
    const npsDid = (...args: string[]) => did(installed('nps'), ...args, `-conf_path=${windowsPath(own)}`)
    await did(built('nps'), 'install', `-conf_path=${windowsPath(own)}`)
    expect(await npsDid('start')).toContain(`its bridge listens on port ${bridge}`)
    expect(JSON.parse(await npsDid('client', 'add', '-name=lab', '-json'))).toMatchObject({ id: 1 })
    expect(await npsDid('reload')).toContain('Settings applied.')
    expect(await nps()).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('Another nps runs with the state in'),
    })
    expect(await npsDid('restart')).toContain('nps is running')
    expect(await npsDid('status')).toContain('0 of 1 clients online')
    await npsDid('stop')
    expect(await nps('client', 'list')).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('nps is not running'),
    })
    await npsDid('uninstall', '-purge')
    expect(existsSync(own)).toBe(false)
    await leavesNothing('nps')
  })
})
