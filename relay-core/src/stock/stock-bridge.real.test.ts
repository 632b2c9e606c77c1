import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../log/log.ts'
import { Agents } from '../relay/clients/agents.ts'
import { loadOrCreateIdentity, type Identity } from '../net/tls/identity.ts'
import type { ConfigReceiver } from './configuration/config-conversation.ts'
import { md5Hex } from './messages/handshake.ts'
import { encodePrefixed } from './messages/length-prefixed.ts'
import { encodeHealthReport, type HealthReport } from './messages/main-messages.ts'
import { encodeBare, encodeDataRun, encodePing, muxFlag } from './mux/mux-frames.ts'
import { RawMuxPeer } from '../testing/raw-mux-peer.ts'
import { readExactly } from '../net/stream/read-exactly.ts'
import { StockBridge } from './stock-bridge.ts'
import type { StockBridgeOptions } from './stock-bridge-options.ts'

const vkey = 'testvkey'
const signal = AbortSignal.timeout(60_000)
const greeting = Buffer.from('54535406000000302e32362e3007000000302e32362e3130', 'hex')

let folder: string
let identity: Identity
let server: Server
let bridge: StockBridge
let agents: Agents
let log: string
const sockets: Socket[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-stock-bridge-'))
  identity = await loadOrCreateIdentity(folder)
})
afterAll(() => rm(folder, { recursive: true }))

beforeEach(() => {
  log = ''
  agents = new Agents()
})
afterEach(async () => {
  bridge.close()
  agents.closeAll()
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
  await once(server, 'close')
})

async function listen(
  options: Partial<StockBridgeOptions> = {},
  client = { id: 1, crypt: false, compress: false },
) {
  bridge = new StockBridge({
    clients: { findByVerifyKey: (md5) => (md5 === md5Hex(vkey) ? client : undefined) },
    agents,
    identity,
    log: createLog({ level: 'debug', write: (line) => (log += line) }),
    ...options,
  })
  server = createServer({ allowHalfOpen: true }, (socket) => bridge.accept(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

async function visit(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** The handshake of a stock program, byte for byte as captured. */
async function enter(role: string): Promise<Socket> {
  const socket = await visit()
  socket.write(greeting)
  expect((await readExactly(socket, 32, { signal })).toString()).toBe('89a4f3fc3c89257d6f712de6964bda8e')
  socket.write(Buffer.from('6466623131333135373933343635346330396163313565613732396435383831', 'hex'))
  expect((await readExactly(socket, 4, { signal })).toString()).toBe('sucs')
  socket.write(role)
  return socket
}

const isOnline = () =>
  new Promise<void>((resolve) => {
    agents.onChange((id) => agents.state(id).state === 'online' && resolve())
  })

async function online(): Promise<{ main: Socket; chan: Socket; raw: RawMuxPeer }> {
  const becomes = isOnline()
  const main = await enter('main')
  const chan = await enter('chan')
  await becomes
  return { main, chan, raw: new RawMuxPeer(chan) }
}

describe('a stock agent', () => {
  it('comes online by the captured bytes, with its version and address', async () => {
    await listen()
    const { main } = await online()
    expect(agents.state(1)).toMatchObject({
      state: 'online',
      protocol: 'stock',
      version: '0.26.10',
      address: `127.0.0.1:${main.localPort}`,
    })
    expect(log).toContain('agent online client=1')
    main.destroy()
    await online()
    expect(log.match(/its link is not encrypted/g)).toHaveLength(1)
  })

  it('comes online with its connections in the other order', async () => {
    await listen()
    const becomes = isOnline()
    await enter('chan')
    await enter('main')
    await becomes
    expect(agents.state(1).state).toBe('online')
  })

  it('T11: is asked for TLS when the client has both, and crypt wins', async () => {
    await listen({}, { id: 1, crypt: true, compress: true })
    const { raw } = await online()
    const opening = agents.get(1)?.openStream({ host: '127.0.0.1', port: 22 }, { signal })
    await raw.next('open')
    raw.send(encodeBare(muxFlag.opened, 1))
    const { payload } = await raw.next('data')
    expect(JSON.parse(payload.subarray(4).toString())).toMatchObject({ Crypt: true, Compress: true })
    raw.send(encodeBare(muxFlag.close, 1))
    await expect(opening).rejects.toMatchObject({ code: 'target-refused' })
  })

  it('T7: is gone with its main, and its chan is closed then', async () => {
    await listen()
    const { main, chan } = await online()
    const closed = once(chan, 'close')
    main.destroy()
    await closed
    expect(agents.state(1).state).toBe('offline')
  })

  it('is gone with its chan, and its main is closed then', async () => {
    await listen()
    const { main, chan } = await online()
    const closed = once(main.resume(), 'close')
    chan.destroy()
    await closed
    expect(agents.state(1).state).toBe('offline')
  })

  it('T14: makes room for a newer one with the same key: clse, then both its connections end', async () => {
    await listen()
    const old = await online()
    const farewell = buffer(old.main)
    const chanClosed = once(old.chan, 'close')
    const newer = await online()
    expect((await farewell).toString()).toBe('clse')
    await chanClosed
    expect(agents.state(1)).toMatchObject({ state: 'online', address: `127.0.0.1:${newer.main.localPort}` })
  })

  it.each(['main', 'chan'])('T16: with only its %s is closed after a while', async (half) => {
    await listen({ limits: { pairingTimeoutMs: 50 } })
    const socket = await enter(half)
    await once(socket.resume(), 'close')
    expect(log).toContain(`half=${half}`)
  })

  it('T10: hears nothing on main but flags', async () => {
    await listen()
    const { main } = await online()
    const heard = buffer(main)
    agents.get(1)?.close('disabled')
    expect((await heard).length).toBe(0)
  })

  it('reports the health of its targets; a broken report ends the session', async () => {
    const reports: HealthReport[] = []
    let both: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => (both = resolve))
    await listen({ onHealth: (_client, report) => reports.push(report) === 2 && both() })
    const { main } = await online()
    main.write(Buffer.from('120000003132372e302e302e313a312a232a302a232a', 'hex'))
    main.write(encodeHealthReport({ target: '127.0.0.1:1', up: true }))
    await arrived
    expect(reports).toEqual([
      { target: '127.0.0.1:1', up: false },
      { target: '127.0.0.1:1', up: true },
    ])
    main.write(encodePrefixed('nonsense'))
    await once(main.resume(), 'close')
  })

  it('gives a visitor its reset when the target refused, and a late answer is not taken for one', async () => {
    await listen()
    const { raw } = await online()
    const session = agents.get(1)
    const opening = session?.openStream({ host: 'lab', port: 80 }, { signal })
    await raw.next('open')
    raw.send(encodeBare(muxFlag.opened, 1))
    const stream = await opening
    const failed = once(stream ?? raw.carrier, 'error')
    raw.send(encodeBare(muxFlag.close, 1))
    expect((await failed)[0]).toMatchObject({ code: 'target-refused', params: { host: 'lab', port: 80 } })

    const second = session?.openStream({ host: 'lab', port: 80 }, { signal })
    await raw.next('open')
    raw.send(encodeBare(muxFlag.opened, 2))
    const answered = await second
    raw.send(Buffer.concat([encodeDataRun(2, Buffer.from('bye'), true), encodeBare(muxFlag.close, 2)]))
    expect(answered && (await buffer(answered)).toString()).toBe('bye')
  })
})

describe('strangers at the bridge', () => {
  it('a wrong key is answered late, logged without the key, and closed', async () => {
    await listen({ limits: { wrongKeyDelayMs: 200 } })
    const socket = await visit()
    socket.write(greeting)
    await readExactly(socket, 32, { signal })
    const startedAt = performance.now()
    socket.write(md5Hex('another key'))
    expect((await buffer(socket)).toString()).toBe('vkey')
    expect(performance.now() - startedAt).toBeGreaterThan(190)
    expect(log).toContain('code=wrong-key')
    expect(log).not.toContain(md5Hex('another key'))
  })

  it('S12: silence, and one byte at a time, end with the handshake’s deadline', async () => {
    await listen({ limits: { handshakeTimeoutMs: 150 } })
    const silent = await visit()
    const slow = await visit()
    const closed = Promise.all([once(silent.resume(), 'close'), once(slow.resume(), 'close')])
    for (const byte of greeting.subarray(0, 5)) slow.write(Buffer.of(byte))
    await closed
    expect(log.match(/stock npc turned away/g)).toHaveLength(2)
  })

  it.each([
    [
      'another protocol version',
      Buffer.concat([Buffer.from('TST'), encodePrefixed('0.25.4'), encodePrefixed('x')]),
    ],
    ['T12: a negative length', Buffer.from('545354ffffffff', 'hex')],
    ['T12: a length beyond the limit', Buffer.from('54535401800000', 'hex')],
    ['something else', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('%s is shut out', async (_name, bytes) => {
    await listen()
    const socket = await visit()
    socket.write(bytes)
    await once(socket.resume(), 'close')
    expect(log).toContain('stock npc turned away')
  })

  it.each(['conf', 'what'])('the role %s is closed with a log line', async (role) => {
    await listen()
    const socket = await enter(role)
    await once(socket.resume(), 'close')
    expect(log).toContain('stock npc turned away')
  })

  it('p2p is closed for the visitor to take the relayed way, and told of once a minute', async () => {
    await listen()
    for (let visit = 0; visit < 3; visit++) {
      const socket = await enter('p2pm')
      await once(socket.resume(), 'close')
    }
    expect(log.match(/asks for p2p/g)).toHaveLength(1)
  })

  it.each(['host', 'task', 'conf', 'stus', 'ho'])(
    'S6: a configuration that breaks off after %s ends that connection and nothing else',
    async (entry) => {
      let isDone = false
      const receiver: ConfigReceiver = {
        createClient: async () => undefined,
        addHost: async () => null,
        addTunnel: async () => null,
        running: () => [],
        done: () => (isDone = true),
      }
      await listen({ configuration: { publicKeyMd5: () => undefined, receiver: () => receiver } })
      const { main } = await online()
      const socket = await enter('conf')
      socket.end(entry)
      await once(socket.resume(), 'close')
      expect(log).toContain('stock npc turned away')
      expect(isDone).toBe(false)
      expect(main.destroyed).toBe(false)
      expect(agents.state(1).state).toBe('online')
    },
  )

  it('thousands at once are kept to the limit while an agent goes on', async () => {
    await listen({ limits: { unprovedPerAddress: 20, handshakeTimeoutMs: 60_000 } })
    const { raw } = await online()
    let left = 0
    const leave = new Promise<void>((resolve) => {
      for (let i = 0; i < 1000; i++) {
        void visit().then((socket) => socket.resume().once('close', () => ++left === 980 && resolve()))
      }
    })
    await leave
    raw.send(encodePing(muxFlag.ping, Buffer.from('still there?')))
    await raw.next('pong')
    expect(agents.state(1).state).toBe('online')
  })

  it('a visitor of a private tunnel and a registration reach their owners', async () => {
    let heard: (value: unknown[]) => void = () => undefined
    const visited = new Promise<unknown[]>((resolve) => (heard = resolve))
    let entered: (value: unknown) => void = () => undefined
    const registered = new Promise<unknown>((resolve) => (entered = resolve))
    await listen({
      onSecretVisitor: ({ passwordMd5, socket }) =>
        socket
          .once('data', (data) => {
            heard([passwordMd5, String(data)])
            socket.destroy()
          })
          .resume(),
      onRegister: entered,
    })
    const visitor = await enter('sert')
    visitor.write(Buffer.from('35f7bba0a937a63ed13dae2232ee4b51secret-data'))
    expect(await visited).toEqual([md5Hex('sec1'), 'secret-data'])
    const caller = await enter('rgst')
    caller.write(Buffer.from('02000000', 'hex'))
    expect(await registered).toMatchObject({ clientId: 1, address: '127.0.0.1', hours: 2 })
  })
})
