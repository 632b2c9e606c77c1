import { createSocket } from 'node:dgram'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dribble, flood, keptFor, open, openFromElsewhere, times } from './strangers.ts'
import { unharmed, Victim } from './victim.ts'

/** Ten seconds for a visitor to say what it wants, and some for a busy machine. */
const outputTimeoutMs = 16_000
const endless = { totalBytes: 32 * 1024 * 1024, forMs: 1_000 }

describe.each(['Node', 'Bun'] as const)('hostile visitors of every mode, on %s', (runtime) => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start({ runtime })
  })
  afterAll(() => victim.close())

  it(
    'SOCKS5, HTTP proxy, hosts over HTTP and HTTPS: silent, slow, endless, nonsense',
    { timeout: 60_000 },
    async () => {
      const clientId = victim.badClientId
      const socks = await victim.api.tunnels.add({ clientId, mode: 'socks5', target: '' })
      const proxy = await victim.api.tunnels.add({ clientId, mode: 'httpProxy', target: '' })
      const head = Buffer.from(
        `GET http://lab.example/ HTTP/1.1\r\nHost: lab.example\r\nx: ${'y'.repeat(999)}`,
      )
      const host = { name: 'lab.example', path: '/', scheme: 'all' as const }
      await victim.api.tunnels.add({ clientId, mode: 'host', target: '127.0.0.1:9', settings: { host } })
      const hello = Buffer.concat([
        Buffer.from('160301ff00', 'hex'),
        Buffer.from('010000fc', 'hex'),
        Buffer.alloc(252),
      ])
      const doors = [
        { port: socks.port ?? 0, slow: Buffer.concat([Buffer.of(5, 255), Buffer.alloc(255)]) },
        { port: victim.httpPort, slow: head },
        { port: proxy.port ?? 0, slow: head },
        { port: victim.httpsPort, slow: hello },
      ]
      const attack = async () => {
        const silent = doors.flatMap(({ port }) => times(200, () => openFromElsewhere(port)))
        const slow = doors.map(({ port, slow: words }) => {
          const socket = open(port)
          void dribble(socket, words, 200)
          return socket
        })
        for (const { port, slow: words } of doors) {
          for (const said of [words, Buffer.from('nonsense\r\n\r\n'), Buffer.of(5, 1, 0, 5, 9, 9, 9)]) {
            const socket = open(port)
            socket.write(said)
            await flood(socket, Buffer.alloc(65_536, 'z'), endless)
            socket.destroy()
          }
        }
        await Promise.all([...silent, ...slow].map((socket) => keptFor(socket, outputTimeoutMs)))
      }
      expect(await victim.after(attack)).toEqual(unharmed)
    },
  )

  it('UDP: tens of thousands of datagrams, of every size, from many ports', async () => {
    const echo = createSocket('udp4').bind(0, '127.0.0.1')
    await new Promise((resolve) => echo.once('listening', resolve))
    const target = `127.0.0.1:${echo.address().port}`
    const { port } = await victim.api.tunnels.add({ clientId: victim.badClientId, mode: 'udp', target })
    const attack = () =>
      victim.withBadAgent(async () => {
        const visitors = times(64, () => createSocket('udp4').on('error', () => undefined))
        for (let batch = 0; batch < 300; batch++) {
          for (const [at, visitor] of visitors.entries()) {
            visitor.send(Buffer.alloc((batch * 64 + at) % 9_000), port ?? 0, '127.0.0.1')
          }
          // A socket that is given more than it can take only fills this test's own memory.
          await delay(2)
        }
        for (const visitor of visitors) visitor.close()
      })
    expect(await victim.after(attack, { maxGrowthBytes: 128 * 1024 * 1024 })).toEqual(unharmed)
    echo.close()
  })
})
