import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'
import { freePort } from '@nps-desktop/relay-core/testing/free-port'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

/** What is said at a port of this computer, or how it was refused. */
function heardAt(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.once('end', () => resolve(heard))
  })
}

async function relayTunnel() {
  const { client, close } = await bed.askRelay()
  const [tunnel] = await client.tunnels.list({})
  close()
  return tunnel
}

test('a tunnel for this laptop alone has no port on the server, and leads to the service from here', async () => {
  const tunnel = await bed.readyTunnel('laptop')
  expect(tunnel).toMatchObject({ reach: 'laptop', address: `127.0.0.1:${tunnel.port}` })
  expect(tunnel.stops.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  expect(await relayTunnel()).toMatchObject({ mode: 'private', port: null })
  expect(await heardAt(tunnel.port)).toBe('SSH-2.0-test\r\n')
})

test('an open tunnel is let in from this laptop only, and opened again; it stays the same tunnel', async () => {
  const { id: tunnelId, port: publicPort } = await bed.readyTunnel()
  expect(await heardAt(publicPort)).toBe('SSH-2.0-test\r\n')

  await bed.app.tunnels.edit({ tunnelId, reach: 'laptop' })
  const hidden = await bed.tunnelWhere(({ reach, status }) => reach === 'laptop' && status.state === 'ready')
  expect(hidden).toMatchObject({ id: tunnelId, name: 'SSH' })
  expect(await heardAt(publicPort)).toBe('ECONNREFUSED')
  expect(await heardAt(hidden.port)).toBe('SSH-2.0-test\r\n')

  await bed.app.tunnels.edit({ tunnelId, reach: 'anyone' })
  const open = await bed.tunnelWhere(({ reach, status }) => reach === 'anyone' && status.state === 'ready')
  expect(open.id).toBe(tunnelId)
  expect(await heardAt(open.port)).toBe('SSH-2.0-test\r\n')
  expect(await heardAt(hidden.port)).toBe('ECONNREFUSED')
})

test('it is on the same port after a restart of the app, closed while paused, and gone with the tunnel', async () => {
  const { id: tunnelId, port } = await bed.readyTunnel('laptop')
  await bed.backend.close()
  expect(await heardAt(port)).toBe('ECONNREFUSED')
  await bed.openApp()
  await bed.tunnelWhere((one) => one.status.state === 'ready' && one.port === port)
  expect(await heardAt(port)).toBe('SSH-2.0-test\r\n')

  await bed.app.tunnels.stop({ tunnelId })
  await bed.tunnelWhere(({ status }) => status.state === 'paused')
  expect(await heardAt(port)).toBe('ECONNREFUSED')
  await bed.app.tunnels.start({ tunnelId })
  await bed.tunnelWhere(({ status }) => status.state === 'ready')
  expect(await heardAt(port)).toBe('SSH-2.0-test\r\n')

  await bed.app.tunnels.remove({ tunnelId })
  expect(await heardAt(port)).toBe('ECONNREFUSED')
})

test('a port of this laptop that another program took is told as that, and another one can be chosen', async () => {
  const { id: tunnelId, port } = await bed.readyTunnel('laptop')
  await bed.backend.close()
  const thief = createServer().listen(port, '127.0.0.1')
  await once(thief, 'listening')
  try {
    await bed.openApp()
    const broken = await bed.tunnelWhere(({ status }) => status.state === 'broken')
    expect(broken.status).toMatchObject({
      stop: 'port',
      failure: { code: 'laptop-port-taken', params: { port } },
    })
    const another = await freePort()
    await bed.app.tunnels.edit({ tunnelId, port: another })
    await bed.tunnelWhere((one) => one.status.state === 'ready' && one.port === another)
    expect(await heardAt(another)).toBe('SSH-2.0-test\r\n')
    await expect(bed.app.tunnels.edit({ tunnelId, port })).rejects.toMatchObject({
      data: { failure: { code: 'laptop-port-taken' } },
    })
  } finally {
    thief.close()
  }
})

test('once that program has ended, the tunnel is ready again by itself', async () => {
  const { id: tunnelId, port } = await bed.readyTunnel('laptop')
  await bed.backend.close()
  const thief = createServer().listen(port, '127.0.0.1')
  await once(thief, 'listening')
  await bed.openApp()
  await bed.tunnelWhere(({ status }) => status.state === 'broken')
  thief.close()
  await once(thief, 'close')
  await bed.app.tunnels.check({ tunnelId })
  await bed.tunnelWhere(({ status }) => status.state === 'ready')
  expect(await heardAt(port)).toBe('SSH-2.0-test\r\n')
})

test('what the app keeps on the disk does not hold the password', async () => {
  await bed.readyTunnel('laptop')
  const password = (await relayTunnel())?.settings.password ?? ''
  expect(password).toHaveLength(32)
  await bed.backend.close()
  const file = await readFile(join(bed.folder, 'app', 'nps-desktop.sqlite'))
  expect(file.includes(password)).toBe(false)
  await bed.openApp()
})

/** What somebody else does at the relay, its owner or whoever has taken it. */
async function changeThere(change: { mode?: 'tcp' | 'private'; settings?: { password: string } }) {
  const { client, close } = await bed.askRelay()
  const [tunnel] = await client.tunnels.list({})
  await client.tunnels.edit({ id: tunnel?.id ?? 0, ...change })
  close()
}

test('a server that makes the tunnel public is not followed until the person says so, and it can be taken back', async () => {
  const { id: tunnelId, port } = await bed.readyTunnel('laptop')
  await changeThere({ mode: 'tcp' })
  const asked = await bed.tunnelWhere(({ status }) => status.state === 'broken')
  expect(asked.status).toMatchObject({
    stop: 'port',
    failure: {
      code: 'tunnel-opened-elsewhere',
      params: { tunnel: 'SSH' },
      fixes: [{ action: 'keep-private' }, { action: 'accept-change' }],
    },
  })
  expect(await heardAt(port)).toBe('ECONNREFUSED')
  await expect(bed.app.tunnels.openAddress({ tunnelId })).rejects.toMatchObject({
    data: { failure: { code: 'tunnel-opened-elsewhere' } },
  })

  await bed.app.tunnels.edit({ tunnelId, reach: 'laptop' })
  await bed.tunnelWhere(({ reach, status }) => reach === 'laptop' && status.state === 'ready')
  expect(await relayTunnel()).toMatchObject({ mode: 'private' })
  expect(await heardAt(port)).toBe('SSH-2.0-test\r\n')

  await changeThere({ mode: 'tcp' })
  await bed.tunnelWhere(({ status }) => status.state === 'broken')
  await bed.app.tunnels.acceptChange({ tunnelId })
  await bed.tunnelWhere(({ reach, status }) => reach === 'anyone' && status.state === 'ready')
})

test('a server that changes the password is not followed until the person says so, over a restart too', async () => {
  const { id: tunnelId, port } = await bed.readyTunnel('laptop')
  await changeThere({ settings: { password: 'another-long-password' } })
  const isAsked = ({ status }: { status: { state: string } }) => status.state === 'broken'
  const asked = await bed.tunnelWhere(isAsked)
  expect(asked.status).toMatchObject({ failure: { code: 'tunnel-password-changed' } })
  expect(await heardAt(port)).toBe('ECONNREFUSED')
  await bed.backend.close()
  await bed.openApp()
  await bed.tunnelWhere(isAsked)
  await bed.app.tunnels.acceptChange({ tunnelId })
  await bed.tunnelWhere(({ status }) => status.state === 'ready')
  expect(await heardAt(port)).toBe('SSH-2.0-test\r\n')
})

test('another agent in the place of the lab box is refused, with another password too, until the person says so', async () => {
  const { id: tunnelId, labId } = await bed.readyTunnel('laptop')
  await bed.agent?.close()
  // an impostor: it has the vkey from the relay, and a key of its own
  await bed.startAgent(await bed.vkeyOf(labId))
  const refused = await bed.tunnelWhere(
    ({ stops }) => stops[3]?.failure?.code === 'agent-fingerprint-changed',
  )
  await changeThere({ settings: { password: 'another-long-password' } })
  await bed.tunnelWhere(({ stops }) => stops[2]?.failure?.code === 'tunnel-password-changed')
  await bed.app.tunnels.acceptChange({ tunnelId })
  await bed.tunnelWhere(({ stops }) => stops[3]?.failure?.code === 'agent-fingerprint-changed')
  expect(await heardAt(refused.port)).toBe('ECONNRESET')
  const [fix] = refused.stops[3]?.failure?.fixes ?? []
  if (fix?.action !== 'accept-change') throw new Error('the other key cannot be accepted')
  await bed.app.tunnels.acceptChange({ tunnelId, agentKey: fix.agentKey })
  await bed.tunnelWhere(({ status }) => status.state === 'ready')
})
