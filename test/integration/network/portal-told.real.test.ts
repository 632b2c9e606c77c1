import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { untilTrue } from '../../../relay-core/src/async/wait/until-true.ts'
import { Agent } from '../../../relay-core/src/agent/agent.ts'
import { silentLog } from '../../../relay-core/src/log/log.ts'
import { parseHostPort } from '../../../relay-core/src/net/address/host-port.ts'
import { Secret } from '../../../relay-core/src/secret.ts'
import { openBridgeOfOne } from '../../../relay-core/src/testing/bridge-of-one.ts'

const vkey = 'a-key-for-tests-0123456789abcdef'
const loginPage = 'HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\n\r\n'

test('a lab box that is back tells its relay that a login page of its network kept it away, and tells it once', async () => {
  await using parts = new AsyncDisposableStack()
  let nowMs = 1_000
  const bridge = parts.adopt(await openBridgeOfOne({ vkey, level: 'error', now: () => nowMs }), (one) =>
    one.close(),
  )
  const network = parts.adopt(await openNetwork(bridge.server), (one) => one.close())
  const server = `127.0.0.1:${network.port}`
  const agent = parts.adopt(
    new Agent({ server, webPort: network.port, vkey: new Secret(vkey), log: silentLog, random: () => 0 }),
    (one) => one.close(),
  )
  const until = (isSo: () => boolean) =>
    untilTrue((changed) => agent.onChange(changed), isSo, {
      timeoutMs: 40_000,
      onTimeout: () => new Error(`the agent is ${JSON.stringify(agent.state)}`),
    })
  const relaySees = () => bridge.agents.state(1)
  const untilSeen = (state: string) =>
    untilTrue(
      (changed) => bridge.agents.onChange(changed),
      () => relaySees().state === state,
      { timeoutMs: 40_000, onTimeout: () => new Error(`the relay sees ${JSON.stringify(relaySees())}`) },
    )

  agent.start()
  await untilSeen('online')
  network.wantLogin(true)
  await untilSeen('offline')
  expect(relaySees()).toMatchObject({ why: 'lost' })
  await until(() => agent.state.state === 'waiting' && agent.state.reason.message.includes('login'))
  nowMs += 25 * 60_000
  network.wantLogin(false)
  await untilSeen('online')
  expect(relaySees()).toMatchObject({
    lastAbsence: { sinceMs: 1_000, untilMs: nowMs, why: 'portal' },
  })

  await until(() => agent.state.state === 'online')
  network.cut()
  await untilSeen('offline')
  nowMs += 60_000
  await untilSeen('online')
  expect(relaySees()).toMatchObject({ lastAbsence: { untilMs: nowMs, why: 'lost' } })
}, 60_000)

/** The way to the relay, in which a login page can stand. */
async function openNetwork(server: string) {
  const relay = parseHostPort(server, 'server')
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  let wantsLogin = false
  const way = createServer((socket) => {
    keep(socket)
    if (wantsLogin) {
      socket.on('data', () => socket.end(loginPage))
      return
    }
    const onward = connect(relay)
    keep(onward)
    socket.pipe(onward).on('close', () => socket.destroy())
    onward.pipe(socket).on('close', () => onward.destroy())
  })
  way.listen(0, '127.0.0.1')
  await once(way, 'listening')
  return {
    port: (way.address() as AddressInfo).port,
    cut,
    wantLogin(isWanted: boolean) {
      wantsLogin = isWanted
      cut()
    },
    async close() {
      cut()
      const closed = once(way, 'close')
      way.close()
      await closed
    },
  }
}
