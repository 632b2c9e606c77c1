import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { PrivateVisitor } from '../../../relay-core/src/visitor/index.ts'
import { copyThroughCuts, pour, says, saysThroughCuts } from '../../harness/cut-streams.ts'
import { CuttableWay } from '../../harness/cuttable-way.ts'
import { ending, readAll, Targets } from '../../harness/peers/loopback-targets.ts'
import { startRelayWithAgent, type RelayWithAgent } from './relay-with-agent.ts'

const password = 'a-password-of-32-characters-long'
const copiedBytes = 24 * 1024 * 1024
const patience = { timeout: 10_000 }

describe('a visit of a private tunnel whose laptop loses its connection', () => {
  let relay: RelayWithAgent
  /** Between the laptop and the relay. */
  let way: CuttableWay
  let targets: Targets
  let visitor: PrivateVisitor
  let port: number

  beforeEach(async () => {
    targets = new Targets()
    relay = await startRelayWithAgent()
    way = await CuttableWay.open({ host: '127.0.0.1', port: Number(relay.server.split(':')[1]) })
    visitor = new PrivateVisitor({
      server: `127.0.0.1:${way.port}`,
      password: new Secret(password),
      log: silentLog,
    })
    port = (await visitor.listen()).port
  })
  afterEach(async () => {
    await targets.close()
    await visitor.close()
    await relay.close()
    await way[Symbol.asyncDispose]()
  })

  const lead = (target: number) =>
    relay.api.tunnels.add({
      clientId: relay.clientId,
      mode: 'private',
      target: `127.0.0.1:${target}`,
      settings: { password },
    })
  const openConnections = async () => (await relay.api.tunnels.list({}))[0]?.connections

  it.each(['end', 'reset'] as const)('goes on after each %s of it, and ends in order', async (how) => {
    await lead(await targets.echo())
    const socket = await targets.visit(port)
    await saysThroughCuts(socket, way, how)
    socket.end()
    expect(await readAll(socket)).toHaveLength(0)
    await expect.poll(openConnections, patience).toBe(0)
  })

  it('is copied whole both ways at once', { timeout: 60_000 }, async () => {
    await lead(await targets.echo())
    const socket = await targets.visit(port)
    const copy = await copyThroughCuts(socket, way, { bytes: copiedBytes, everyBytes: copiedBytes / 6 })
    expect(way.cuts).toBeGreaterThan(3)
    expect(copy.receivedBytes).toBe(copiedBytes)
    expect(copy.receivedSum).toBe(copy.sentSum)
  })

  it(
    'goes on where it has vanished without a sign, once something is typed',
    { timeout: 60_000 },
    async () => {
      await lead(await targets.echo())
      const socket = await targets.visit(port)
      await says(socket, 'before')
      way.goDark(true)
      way.goDark(false)
      // Its old connection stays dead, as with a router that has forgotten it.
      await expect(says(socket, 'after')).resolves.toBeUndefined()
    },
  )

  it('does not make a program wait that writes much and reads nothing', { timeout: 60_000 }, async () => {
    let [arrived, hasArrived] = [0, Promise.withResolvers<undefined>()]
    await lead(
      await targets.listen((socket) => {
        pour(socket)
        socket.on('data', (bytes) => {
          arrived += bytes.length
          if (arrived === copiedBytes) hasArrived.resolve(undefined)
        })
      }),
    )
    const socket = await targets.visit(port)
    socket.pause()
    socket.write(Buffer.alloc(copiedBytes))
    await hasArrived.promise
    socket.destroy()
    await expect.poll(openConnections, patience).toBe(0)
  })

  it.each([
    ['has left', (socket: Socket) => socket.resetAndDestroy()],
    [
      'has left in the middle of a copy',
      (socket: Socket) => {
        socket.write(Buffer.alloc(copiedBytes))
        setImmediate(() => socket.resetAndDestroy())
      },
    ],
  ])('is over at the lab box as soon as its program %s', async (_, leave) => {
    let closed: Promise<unknown> | undefined
    await lead(
      await targets.listen((socket) => {
        closed = ending(socket)
        socket.write('hello')
      }),
    )
    const socket = await targets.visit(port)
    await once(socket, 'data')
    leave(socket)
    await closed
    await expect.poll(openConnections, patience).toBe(0)
  })

  describe.each([
    ['at rest', () => undefined],
    [
      'in the middle of a copy to the lab box',
      (socket: Socket) => void socket.write(Buffer.alloc(copiedBytes)),
    ],
  ])('%s', (_, begin) => {
    /** A program on the laptop that is connected, and what its end and that of its target are told. */
    async function visiting() {
      const atTarget = Promise.withResolvers<unknown>()
      await lead(
        await targets.listen((socket) => {
          void ending(socket).then(atTarget.resolve)
          // It reads no more than a little of the copy.
          socket.once('data', () => socket.pause())
          socket.write('hello')
        }),
      )
      const socket = await targets.visit(port)
      await once(socket, 'data')
      begin(socket)
      return { atLaptop: ending(socket), atTarget: atTarget.promise }
    }

    it('is over at once when the relay stops', patience, async () => {
      const { atLaptop } = await visiting()
      await relay.stopRelay()
      expect(await atLaptop).toBe('ECONNRESET')
    })

    it('is over at once when the laptop’s program is stopped', patience, async () => {
      await visiting()
      await visitor.close()
      await expect.poll(openConnections, patience).toBe(0)
    })

    it('is over at once when the lab box is', patience, async () => {
      const { atLaptop } = await visiting()
      await relay.endAgent()
      expect(await atLaptop).toBe('ECONNRESET')
    })

    it('is over at once when its tunnel is removed', patience, async () => {
      const { atLaptop } = await visiting()
      for (const { id } of await relay.api.tunnels.list({})) await relay.api.tunnels.remove({ id })
      expect(await atLaptop).toBe('ECONNRESET')
    })
  })

  it('is reset when its tunnel is stopped meanwhile', async () => {
    const { id } = await lead(await targets.echo())
    const socket = await targets.visit(port)
    await says(socket, 'before')
    way.goDark(true)
    way.cut('reset')
    await relay.api.tunnels.stop({ id })
    const ended = ending(socket)
    way.goDark(false)
    expect(await ended).toBe('ECONNRESET')
  })

  it('ends with it where the relay is not set so', async () => {
    await relay.configure({ streamSurvival: false })
    await lead(await targets.echo())
    const socket = await targets.visit(port)
    await says(socket, 'before')
    const ended = ending(socket)
    way.cut('reset')
    expect(await ended).toBe('ECONNRESET')
    await expect.poll(openConnections, patience).toBe(0)
  })
})
