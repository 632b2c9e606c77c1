import { createSocket } from 'node:dgram'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Agent } from '../agent/agent.ts'
import { silentLog } from '../log/log.ts'
import { connectRelay, Secret } from '../api-client/index.ts'
import { freePort } from '../testing/free-port.ts'
import { loopbackRelay } from '../testing/loopback-relay.ts'
import { Relay } from './relay.ts'

/** Comes from 127.0.0.1, and goes once the relay has ended it. */
async function visit(port: number, hello: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined).resume()
  socket.end(hello)
  await new Promise((resolve) => socket.once('close', resolve))
}

test('whoever comes by IPv4 to a socket of both families is named by a plain address wherever it is logged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nps-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const webPort = await freePort()
  let log = ''
  const relay = new Relay({
    config: {
      ...loopbackRelay,
      bridgeIp: '::',
      webIp: '::',
      webPort,
      webPassword: new Secret('right horse'),
      logLevel: 'debug',
      stockProtocol: false,
    },
    folder: join(folder, 'state'),
    tunnelHost: '::',
    writeLog: (line) => (log += line),
  })
  onTestFinished(() => relay.close())
  const { bridgePort: port, adminKey, fingerprint } = await relay.start()
  const { signal } = new AbortController()
  const wrong = connectRelay({ host: '127.0.0.1', port, adminKey: new Secret('x'.repeat(43)), signal })
  await expect(wrong).rejects.toMatchObject({ code: 'wrong-admin-key' })
  const { client: api, close } = await connectRelay({ host: '127.0.0.1', port, adminKey, signal })
  onTestFinished(close)
  expect(await api.status.caller({})).toEqual({ address: '127.0.0.1' })
  const { id: clientId, vkey } = await api.clients.add({ name: 'lab' })
  const limits = { deny: ['127.0.0.0/8'] }
  const tcp = await api.tunnels.add({ clientId, target: '127.0.0.1:22', limits })
  await visit(tcp.port ?? 0, '')
  const agent = new Agent({
    server: `127.0.0.1:${port}`,
    vkey: new Secret(vkey),
    fingerprint,
    log: silentLog,
  })
  onTestFinished(() => agent.close())
  agent.start()
  await vi.waitFor(() => expect(log).toMatch(/agent online.*127.0.0.1/))
  const udp = await api.tunnels.add({ clientId, mode: 'udp', target: '127.0.0.1:53', limits })
  const sender = createSocket('udp4')
  onTestFinished(() => void sender.close())
  sender.send('x', udp.port ?? 0, '127.0.0.1')
  await visit(port, 'TST')
  await fetch(`http://127.0.0.1:${webPort}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${webPort}` },
    body: JSON.stringify({ username: 'admin', password: 'wrong horse' }),
  })
  for (const told of [
    'wrong admin key.*127.0.0.1',
    'app connected.*127.0.0.1',
    'visitor turned away.*127.0.0.1:',
    'stock NPS program turned away.*127.0.0.1',
    'datagram dropped.*127.0.0.1:',
    'console login failed.*127.0.0.1',
  ])
    await vi.waitFor(() => expect(log).toMatch(new RegExp(told)))
  expect(log).not.toContain('ffff')
})
