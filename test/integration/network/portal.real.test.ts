import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../relay-core/src/async/time/clock.ts'
import { parseBeforeDial } from '../../../relay-core/src/config/agent/before-dial-command.ts'
import { createLog, silentLog } from '../../../relay-core/src/log/log.ts'
import { loadOrCreateIdentity } from '../../../relay-core/src/net/tls/identity.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { Agent, type AgentOptions } from '../../../relay-core/src/agent/agent.ts'
import type { AgentState } from '../../../relay-core/src/agent/agent-state.ts'
import { beforeDial } from '../../../relay-core/src/agent/portal/before-dial.ts'

let folder: string
const servers: Server[] = []
const sockets = new Set<Socket>()
const agents: Agent[] = []
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-portal-'))))
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close()
  for (const socket of sockets) socket.destroy()
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  rmSync(folder, { recursive: true })
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Answers whatever comes with the way to a login, as a portal does that takes over every connection. */
const loginPage = () =>
  createServer((socket) =>
    socket.on('data', () =>
      socket.end('HTTP/1.1 302 Found\r\nLocation: http://portal.example/login?ip=10.0.0.9\r\n\r\n'),
    ),
  )

function start(options: Partial<AgentOptions> & { server: string }): Agent {
  const agent = new Agent({
    vkey: new Secret('a-key-of-enough-characters'),
    fingerprint: `sha256:${'A'.repeat(43)}`,
    log: silentLog,
    ...options,
  })
  agents.push(agent)
  agent.start()
  return agent
}

function stateOf(agent: Agent, isSo: (state: AgentState) => boolean): Promise<AgentState> {
  return new Promise((resolve) => {
    const subscription = agent.onChange((state) => {
      if (!isSo(state)) return
      subscription[Symbol.dispose]()
      resolve(state)
    })
  })
}

const namesThePage = (state: AgentState) =>
  state.state === 'waiting' &&
  state.reason.message.includes('seems to want a login first (http://portal.example/login)')

test('an agent behind a login page says so, and goes on trying', async () => {
  const port = await listening(loginPage())
  const lines: string[] = []
  const log = createLog({ level: () => 'info', write: (line) => lines.push(line) })
  const agent = start({ server: `127.0.0.1:${port}`, webPort: port, log })
  const told = await stateOf(agent, namesThePage)
  expect(told).toMatchObject({ reason: { code: 'relay-unreachable' } })
  expect(lines.join('\n')).toContain('http://portal.example/login')
  expect(lines.join('\n')).not.toContain('10.0.0.9')
}, 30_000)

test('a login page that speaks TLS does not end the agent as a relay with another key would', async () => {
  const { keyPem: key, certPem: cert } = await loadOrCreateIdentity(folder)
  const port = await listening(createTlsServer({ key, cert }))
  const webPort = await listening(loginPage())
  const told = await stateOf(
    start({ server: `127.0.0.1:${port}`, webPort }),
    ({ state }) => state === 'waiting',
  )
  expect(namesThePage(told)).toBe(true)

  const noPage = await listening(createServer((socket) => socket.destroy()))
  const other = start({ server: `127.0.0.1:${port}`, webPort: noPage })
  expect(await stateOf(other, ({ state }) => state === 'failed' || state === 'waiting')).toMatchObject({
    reason: { code: 'fingerprint-changed' },
  })
}, 30_000)

test('the owner’s command runs before the relay is dialled again, not before the first time', async () => {
  const calls = join(folder, 'calls')
  const script = join(folder, 'log in')
  writeFileSync(
    script,
    `#!/bin/sh\necho "$#" "$1" >>'${calls}'\nhead -c 100000 /dev/zero | tr '\\0' x\nexit 1\n`,
  )
  chmodSync(script, 0o700)
  const port = await listening(createServer((socket) => socket.destroy()))
  const lines: string[] = []
  const log = createLog({ level: () => 'info', write: (line) => lines.push(line) })
  const run = beforeDial(parseBeforeDial(`"${script}" "$(reboot); x"`), log)
  const attempts: number[] = []
  const agent = start({
    server: `127.0.0.1:${port}`,
    webPort: port,
    beforeDial: async (options) => {
      const state = agent.state
      if (state.state === 'connecting') attempts.push(state.attempt)
      await run(options)
    },
  })
  await stateOf(agent, (state) => state.state === 'waiting' && state.attempt === 3)
  expect(attempts).toEqual([2, 3])
  // once in half a minute, however often it dials
  expect(readFileSync(calls, 'utf8')).toBe('1 $(reboot); x\n')
  const told = lines.filter((line) => line.includes('command before dialling failed'))
  expect(told).toHaveLength(1)
  expect(told[0]?.length).toBeLessThan(500)
}, 30_000)

/** A script of one test; its words follow its path. */
function command(text: string, words = '') {
  const script = join(folder, 'command')
  writeFileSync(script, `#!/bin/sh\n${text}\n`)
  chmodSync(script, 0o700)
  return parseBeforeDial(`"${script}"${words}`)
}

function logged() {
  const lines: string[] = []
  return { lines, log: createLog({ level: () => 'info', write: (line) => lines.push(line) }) }
}

const { signal } = new AbortController()

test('a command that does not end is given up', async () => {
  const { lines, log } = logged()
  await beforeDial(command(`trap '' TERM\nsleep 600`), log, { timeoutMs: 200 })({ signal })
  expect(lines.join('\n')).toContain('it did not end within 0.2 s')
}, 60_000)

test('a command that is stopped goes with all that it has started, whatever signals it ignores', async () => {
  const pid = join(folder, 'pid')
  const started = () => (existsSync(pid) ? Number(readFileSync(pid, 'utf8')) : 0)
  const stop = new AbortController()
  const stubborn = command(`trap '' TERM HUP\nsleep 600 &\necho $! >'${pid}'\nwait`)
  const run = beforeDial(stubborn, silentLog)({ signal: stop.signal })
  await expect.poll(started, { timeout: 20_000 }).toBeGreaterThan(0)
  stop.abort()
  await run
  await expect.poll(() => isRunning(started()), { timeout: 20_000 }).toBe(false)
}, 60_000)

test('a command that leaves a program running in the background has ended', async () => {
  const pid = join(folder, 'pid')
  const { lines, log } = logged()
  await beforeDial(command(`sleep 600 &\necho $! >'${pid}'\necho 'logged in'`), log)({ signal })
  const left = Number(readFileSync(pid, 'utf8'))
  try {
    expect(lines.join('\n')).toMatch(/done.*logged in/)
    expect(isRunning(left)).toBe(true)
  } finally {
    process.kill(left, 'SIGKILL')
  }
}, 60_000)

test('the words of a command, which may hold a password, are not in the log', async () => {
  const { lines, log } = logged()
  await beforeDial(command('exit 3', ' -p a-secret'), log)({ signal })
  expect(lines.join('\n')).toMatch(/failed.*3/)
  expect(lines.join('\n')).not.toContain('a-secret')
})

test('a command that changes the network itself is left to end, and then the relay is dialled', async () => {
  const port = await listening(createServer((socket) => socket.destroy()))
  let nowMs = 0
  let onChange: () => void = () => undefined
  const wasAborted = Promise.withResolvers<boolean>()
  start({
    server: `127.0.0.1:${port}`,
    webPort: port,
    clock: { ...systemClock, now: () => nowMs },
    network: {
      onChange: (listener) => {
        onChange = listener
        return { [Symbol.dispose]: () => undefined }
      },
      start: () => undefined,
      close: () => undefined,
    },
    beforeDial: async (options) => {
      nowMs += 5_000
      onChange()
      wasAborted.resolve(options.signal.aborted)
    },
  })
  expect(await wasAborted.promise).toBe(false)
}, 30_000)

/** Not a zombie that nobody has taken leave of. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
