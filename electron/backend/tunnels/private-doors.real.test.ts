import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../overview/app-and-relay.ts'

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
    await bed.app.tunnels.edit({ tunnelId, port: port + 1 })
    await bed.tunnelWhere((one) => one.status.state === 'ready' && one.port === port + 1)
    expect(await heardAt(port + 1)).toBe('SSH-2.0-test\r\n')
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
  for (const file of ['nps-desktop.sqlite', 'pins.json']) {
    expect((await readFile(join(bed.folder, 'app', file))).includes(password)).toBe(false)
  }
  await bed.openApp()
})
