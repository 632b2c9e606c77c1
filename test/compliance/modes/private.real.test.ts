import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TunnelSpec } from '../../../relay-core/src/relay/tunnels/modes/tunnel-server.ts'
import { PrivateVisitor, type PrivateVisitorOptions } from '../../../relay-core/src/visitor/index.ts'
import { FramedSocket } from '../../../relay-core/src/native/carriers/framed-socket.ts'
import { channelBinding, makeProof, visitId } from '../../../relay-core/src/native/proofs.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { OpenTunnels } from '../../../relay-core/src/relay/tunnels/registry/open-tunnels.ts'
import { connectTls } from '../../../relay-core/src/net/dial/connect.ts'
import { frameType } from '../../../relay-core/src/wire/frame.ts'
import { decodeRefused, encodeHello, wireVersion } from '../../../relay-core/src/wire/hello-messages.ts'
import { SessionPair } from './session-pair.ts'
import { tapped } from './tapped-stream.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'

const { signal } = new AbortController()
const password = 'a-password-of-32-characters-long'
const otherKey = `sha256:${Buffer.alloc(32, 7).toString('base64url')}`

describe('private tunnels', () => {
  let pair: SessionPair
  let tunnels: OpenTunnels
  let folder: string
  const targets = new Targets()
  const visitors: PrivateVisitor[] = []
  /** What the relay holds in its hands, of every private stream. */
  let seen: Buffer[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'private-'))
    pair = await SessionPair.start('native')
    tunnels = new OpenTunnels({ agents: pair.agents, privateTunnels: pair.privateTunnels, log: pair.log })
    const { session } = pair
    const openPrivate = session.openPrivate.bind(session)
    session.openPrivate = async (options) => tapped(await openPrivate(options), (chunk) => seen.push(chunk))
  })
  afterAll(async () => {
    await Promise.all(visitors.map((one) => one.close()))
    await tunnels.closeAll()
    await targets.close()
    await pair.close()
    await rm(folder, { recursive: true })
  })

  async function open(id: number, target: number, more: Partial<TunnelSpec> = {}): Promise<void> {
    await tunnels.open({
      id,
      clientId: 1,
      mode: 'private',
      port: null,
      target: `127.0.0.1:${target}`,
      settings: { password: `${password} ${id}` },
      ...more,
    })
  }

  /** A visitor's port on this machine, and the failures of its connections. */
  async function visitor(id: number, more: Partial<PrivateVisitorOptions> = {}) {
    const failures: { code: string; message: string }[] = []
    const made = new PrivateVisitor({
      server: pair.server,
      password: new Secret(`${password} ${id}`),
      localPort: 0,
      onFailure: (error) => failures.push(error as { code: string; message: string }),
      log: pair.log,
      ...more,
    })
    visitors.push(made)
    const { port } = await made.listen()
    return { made, port, failures }
  }

  /** What a visit ends with, by its code. */
  async function failureOf(id: number, more: Partial<PrivateVisitorOptions> = {}): Promise<string> {
    const { port, failures } = await visitor(id, more)
    const socket = await targets.visit(port)
    socket.end()
    await ending(socket)
    return failures[0]?.code ?? 'none'
  }

  it('carries 30 MB there and back, and the relay sees nothing of it', async () => {
    await open(1, await targets.echo())
    const { port, made } = await visitor(1)
    seen = []
    const word = 'the quick brown fox '
    const sent = Buffer.alloc(30_000_000, word)
    const socket = await targets.visit(port)
    socket.end(sent)
    expect((await readAll(socket)).equals(sent)).toBe(true)
    // TLS has a last word after the last byte: only when the connection is over has everything been seen.
    await expect.poll(() => tunnels.counters(1).connections).toBe(0)
    const all = Buffer.concat(seen)
    // On the way back some of it may be packed.
    expect(all.length).toBeGreaterThan(sent.length)
    expect(all.includes(word)).toBe(false)
    const { upBytes, downBytes } = tunnels.counters(1)
    expect(upBytes + downBytes).toBe(all.length)
    expect(made.connectionCount).toBe(0)
  })

  it('lets each side end its half', async () => {
    const target = await targets.listen((socket) => {
      void readAll(socket).then((request) => socket.end(`answer to ${request.toString()}`))
    })
    await open(2, target)
    const socket = await targets.visit((await visitor(2)).port)
    socket.end('question')
    expect((await readAll(socket)).toString()).toBe('answer to question')
  })

  it('passes resets on, both ways', async () => {
    const accepted: Socket[] = []
    const target = await targets.listen((socket) => {
      accepted.push(socket)
      socket.once('data', (words) => {
        if (String(words) === 'reset me') socket.resetAndDestroy()
        else socket.write('here')
      })
    })
    await open(3, target)
    const { port } = await visitor(3)
    const first = await targets.visit(port)
    first.write('reset me')
    expect(await ending(first)).toBe('ECONNRESET')
    const second = await targets.visit(port)
    second.write('hello')
    await once(second, 'data')
    const end = ending(accepted.at(-1) ?? second)
    second.resetAndDestroy()
    expect(await end).toBe('ECONNRESET')
  })

  it('serves 50 visitors at once, and leaves no connection behind', async () => {
    await open(4, await targets.echo())
    const { port, made } = await visitor(4)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const socket = await targets.visit(port)
        socket.end(`visitor ${at}`)
        return (await readAll(socket)).toString()
      }),
    )
    expect(answers).toEqual(Array.from({ length: 50 }, (_, at) => `visitor ${at}`))
    await expect.poll(() => made.connectionCount + tunnels.counters(4).connections).toBe(0)
  })

  it('S10: says why a visit failed: the target, the password, the agent, the limits', async () => {
    const echo = await targets.echo()
    await open(5, await targets.closedPort())
    expect(await failureOf(5)).toBe('target-refused')
    expect(await failureOf(5, { password: new Secret('not the password of a tunnel') })).toBe(
      'wrong-password',
    )
    await open(6, echo, { clientId: 99 })
    expect(await failureOf(6)).toBe('agent-offline')
    await open(7, echo, { limits: { deny: ['127.0.0.0/8'] } })
    expect(await failureOf(7)).toBe('address-denied')
    expect(await failureOf(5, { server: `127.0.0.1:${await targets.closedPort()}` })).toBe(
      'relay-unreachable',
    )
    expect(
      () =>
        new PrivateVisitor({
          server: pair.server,
          password: new Secret('short'),
          localPort: 0,
          log: pair.log,
        }),
    ).toThrow('at least 16 characters')
  })

  it('does not speak with another relay or another agent than it was told', async () => {
    await open(8, await targets.echo())
    const agent = pair.session.fingerprint ?? ''
    expect(agent).toMatch(/^sha256:[\w-]{43}$/)
    expect(await failureOf(8, { fingerprint: otherKey })).toBe('fingerprint-changed')
    seen = []
    expect(await failureOf(8, { agentFingerprint: otherKey })).toBe('agent-fingerprint-changed')
    const { port } = await visitor(8, { fingerprint: pair.fingerprint, agentFingerprint: agent })
    const socket = await targets.visit(port)
    socket.end('hello')
    expect((await readAll(socket)).toString()).toBe('hello')
  })

  it('pins the agent at first sight and refuses another one afterwards', async () => {
    await open(9, await targets.echo())
    const pinFile = join(folder, 'pins.json')
    const { port } = await visitor(9, { pinFile })
    await Promise.all(
      [1, 2, 3].map(async () => {
        const socket = await targets.visit(port)
        socket.end('hello')
        expect((await readAll(socket)).toString()).toBe('hello')
      }),
    )
    const name = `${pair.server} private ${visitId(`${password} 9`).toString('hex')}`
    const pins = JSON.parse(await readFile(pinFile, 'utf8')) as Record<string, string>
    expect(pins).toEqual({ [pair.server]: pair.fingerprint, [name]: pair.session.fingerprint })
    expect(pair.lines).toContain('lab box pinned')
    const impostor = await SessionPair.start('native')
    try {
      // The relay now leads to another agent under the same password: a restored lab box, or somebody in between.
      const { session } = pair
      const own = session.openPrivate
      session.openPrivate = (options) => impostor.session.openPrivate(options)
      expect(await failureOf(9, { pinFile })).toBe('agent-fingerprint-changed')
      session.openPrivate = own
    } finally {
      await impostor.close()
    }
  })

  it('does not take the proof of another connection', async () => {
    await open(10, await targets.echo())
    const [host = '', port = ''] = pair.server.split(':')
    const dial = () => connectTls({ host, port: Number(port), timeoutMs: 5_000, signal, tickets: {} })
    const [one, other] = [await dial(), await dial()]
    const proof = makeProof(`${password} 10`, 'nps-desktop visitor 1', channelBinding(one))
    const answer = new Promise<string>((resolve) => {
      const framed = new FramedSocket(other)
      framed.receiver = {
        onMessage: (type, body) =>
          resolve(type === frameType.refused ? decodeRefused(body).code : `type ${type}`),
        onData: () => undefined,
      }
      framed.start()
      framed.send(
        encodeHello({ role: 'visitor', version: wireVersion, visitId: visitId(`${password} 10`), proof }),
      )
    })
    expect(await answer).toBe('wrong-password')
    one.destroy()
    other.destroy()
  })

  it('ends its visitors when it is stopped, and lets none in afterwards', async () => {
    await open(11, await targets.echo())
    const { port } = await visitor(11)
    const socket = await targets.visit(port)
    socket.write('x')
    await once(socket, 'data')
    expect(tunnels.connections(11)).toMatchObject([
      { tunnelId: 11, visitor: expect.stringMatching(/^127\.0\.0\.1:\d+$/) },
    ])
    const ended = ending(socket)
    await tunnels.close(11)
    expect(await ended).toBe('ECONNRESET')
    expect(await failureOf(11)).toBe('wrong-password')
  })

  it('lets no page of a site in whose name leads to this machine, whichever service is behind it', async () => {
    const heard: Buffer[] = []
    await open(14, await targets.listen((socket) => socket.on('data', (chunk) => heard.push(chunk))))
    const { port, failures } = await visitor(14)
    const socket = await targets.visit(port)
    const answer = readAll(socket)
    socket.write(`GET /api HTTP/1.1\r\nHost: evil.example.com:${port}\r\n\r\n`)
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 421 /)
    expect(heard).toEqual([])
    expect(failures).toEqual([])
  })

  it('follows a changed password, and gives no two tunnels the same', async () => {
    const echo = await targets.echo()
    await open(12, echo)
    await open(12, echo, { settings: { password: `${password} new` } })
    expect(await failureOf(12)).toBe('wrong-password')
    expect(await failureOf(12, { password: new Secret(`${password} new`) })).toBe('none')
    await expect(open(13, echo, { settings: { password: `${password} new` } })).rejects.toMatchObject({
      code: 'already-exists',
    })
  })
})
