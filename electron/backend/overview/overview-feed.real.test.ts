import type { Overview } from '@nps-desktop/electron/contract'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

/** Every value of the overview until `isEnd`, each different one once, told by `name`. */
async function collect(name: (overview: Overview) => string, isEnd: (overview: Overview) => boolean) {
  const names: string[] = []
  await bed.overviewWhere((overview) => {
    const now = name(overview)
    if (names.at(-1) !== now) names.push(now)
    return isEnd(overview)
  })
  return names
}

test('a server that goes away is checked for 20 s, then away with its cause until it has answered for 10 s: nothing jumps', async () => {
  const ready = await bed.readyTunnel()
  expect(ready).toMatchObject({ kind: 'tcp', address: `127.0.0.1:${ready.port}` })
  const { bridgePort } = bed.opened
  const looks = ({ servers, tunnels }: Overview): string => {
    const link = servers[0]?.link
    const why = link?.state === 'away' ? `${link.failure.code}${link.answering ? ' answering' : ''}` : ''
    return `${link?.state} ${why} ${tunnels[0]?.status.state}`
  }
  const path = collect(looks, ({ servers }) => servers[0]?.link.state === 'away')
  await bed.relay.close()
  const away = await path
  expect(away).toEqual(['online  ready', 'checking  checking', 'away relay-stopped unknown'])
  // what nobody can be asked is no hour without traffic
  await expect(bed.app.traffic.history({ range: 'hour' })).rejects.toMatchObject({
    data: { failure: { code: 'relay-unreachable' } },
  })
  const down = await bed.tunnelWhere(({ stops }) => stops[1]?.state === 'failed')
  expect(down.stops[1]?.failure).toMatchObject({ code: 'relay-stopped', params: { host: '127.0.0.1' } })
  const { labs, servers } = await bed.overviewWhere(() => true)
  expect(labs).toMatchObject([{ name: 'a100', state: { state: 'unknown' } }])
  expect(servers[0]?.last?.status).toMatchObject({ bridgePort })

  const goOn = collect(looks, ({ servers: all }) => all[0]?.link.state === 'online')
  await bed.openRelay(bridgePort, 'relay')
  const back = await goOn
  expect(new Set(back.map((look) => look.split(' ')[0]))).toEqual(new Set(['away', 'online']))
  expect(new Set(back.map((look) => look.split(' ')[1]))).toEqual(new Set(['relay-stopped', '']))
  // one text, so that a failure shows all of it
  expect(back.join(' | ')).toContain('away relay-stopped answering ready')
  const codes = (await bed.activity()).map(({ code }) => code)
  expect(codes).toContain('server-offline')
  expect(codes.filter((code) => code === 'server-online')).toHaveLength(2)
}, 90_000)

test('a lab box that goes away breaks its tunnels at once, at the lab stop', async () => {
  await bed.readyTunnel()
  await bed.agent?.close()
  const broken = await bed.tunnelWhere(({ status }) => status.state === 'broken')
  expect(broken.status).toMatchObject({
    stop: 'lab',
    failure: { code: 'agent-offline', params: { lab: 'a100' } },
  })
  bed.agent?.start()
  await bed.tunnelWhere(({ status }) => status.state === 'ready')
})

test('the service’s end is found by the next check, and so is its return', async () => {
  const { id: tunnelId, target } = await bed.readyTunnel()
  await new Promise((resolve) => bed.sshd.close(resolve))
  const broken = await bed.app.tunnels.check({ tunnelId })
  expect(broken.status).toMatchObject({
    state: 'broken',
    stop: 'service',
    failure: { code: 'target-refused' },
  })
  await new Promise<void>((resolve) => bed.sshd.listen(Number(target.split(':')[1]), '127.0.0.1', resolve))
  expect((await bed.app.tunnels.check({ tunnelId })).status.state).toBe('ready')
})

test('started while the server is away, the app shows what it knew, and green for nothing', async () => {
  const { port } = await bed.readyTunnel()
  await bed.backend.close()
  await bed.relay.close()
  await bed.openApp()
  const { servers, tunnels, labs } = await bed.overviewWhere(
    (one) => one.servers[0]?.link.state === 'checking',
  )
  expect(servers[0]?.last?.status.bridgePort).toBe(bed.opened.bridgePort)
  expect(labs).toMatchObject([{ name: 'a100', state: { state: 'unknown' } }])
  expect(tunnels).toMatchObject([{ name: 'SSH', port, status: { state: 'checking' } }])
})

test('a tunnel of a newer kind than this app can read hides no other one, and is counted at its server', async () => {
  const serverId = await bed.connectApp()
  const { client, close } = await bed.askRelay()
  const { id } = await client.clients.add({ name: 'by-hand' })
  for (const name of ['known', 'by-air']) await client.tunnels.add({ clientId: id, target: bed.target, name })
  close()
  await bed.overviewWhere(({ tunnels }) => tunnels.length === 2)
  const database = new DatabaseSync(join(bed.folder, 'relay', 'relay.db'))
  database.exec("update tunnels set mode = 'carrierPigeon' where name = 'by-air'")
  database.close()
  const { servers, tunnels, otherTunnels } = await bed.overviewWhere(
    ({ servers: all }) => all[0]?.unread !== undefined,
  )
  expect(servers).toMatchObject([{ id: serverId, unread: { labs: 0, tunnels: 1, passes: 0 } }])
  expect(tunnels).toMatchObject([{ name: 'known' }])
  expect(otherTunnels).toEqual([])
}, 30_000)

test('nor does one whose target, settings and limits only a later server could read, also after that server was put back', async () => {
  await bed.connectApp()
  const { client, close } = await bed.askRelay()
  const { id } = await client.clients.add({ name: 'by-hand' })
  for (const name of ['known', 'by-air']) await client.tunnels.add({ clientId: id, target: bed.target, name })
  close()
  await bed.overviewWhere(({ tunnels }) => tunnels.length === 2)
  const { bridgePort } = bed.opened
  await bed.relay.close()
  const database = new DatabaseSync(join(bed.folder, 'relay', 'relay.db'))
  const pigeon = {
    mode: 'constructor',
    target: 'loft on the roof',
    settings: '{"pigeons":3,"listenIp":"roof","host":{"name":"a b"},"users":{"coo":1}}',
    limits: '{"grainsPerDay":12,"quotaBytes":"none"}',
  }
  database
    .prepare("update tunnels set mode = ?, target = ?, settings = ?, limits = ? where name = 'by-air'")
    .run(pigeon.mode, pigeon.target, pigeon.settings, pigeon.limits)
  database.close()
  await bed.openRelay(bridgePort, 'relay')
  const { tunnels } = await bed.overviewWhere(({ servers: all }) => all[0]?.unread?.tunnels === 1)
  expect(tunnels).toMatchObject([{ name: 'known' }])
  const again = await bed.askRelay()
  try {
    const list = await again.client.tunnels.list({})
    expect(list.unread).toMatchObject([{ name: 'by-air' }])
    await again.client.tunnels.edit({ id: list[0]?.id ?? 0, name: 'renamed' })
    await again.client.tunnels.remove({ id: list.unread?.[0]?.id ?? 0 })
    expect(await again.client.tunnels.list({})).toMatchObject([{ name: 'renamed' }])
  } finally {
    again.close()
  }
}, 30_000)

test('what is made and removed elsewhere appears and goes', async () => {
  const serverId = await bed.connectApp()
  const { client, close } = await bed.askRelay()
  try {
    const { id } = await client.clients.add({ name: 'by-hand' })
    await client.tunnels.add({ clientId: id, target: '127.0.0.1:6006' })
    const seen = await bed.overviewWhere(({ tunnels }) => tunnels.length === 1)
    expect(seen.labs).toMatchObject([{ serverId, name: 'by-hand', state: { state: 'waiting' } }])
    expect(seen.tunnels).toMatchObject([{ kind: 'tensorboard', labId: seen.labs[0]?.id }])
    await client.tunnels.add({ clientId: id, mode: 'socks5', target: '' })
    await client.tunnels.add({ clientId: id, mode: 'private', target: bed.target, name: 'shy' })
    const other = await bed.overviewWhere(
      ({ tunnels, otherTunnels }) => tunnels.length === 2 && otherTunnels.length === 1,
    )
    expect(other.tunnels[1]).toMatchObject({ kind: 'socks5', madeBy: 'elsewhere', reach: 'anyone' })
    expect(other.otherTunnels).toMatchObject([{ mode: 'private', port: null, name: 'shy', canUseHere: true }])
    await bed.app.tunnels.useHere({ tunnelId: other.otherTunnels[0]?.id ?? '' })
    const taken = await bed.overviewWhere(({ tunnels }) => tunnels.length === 3)
    expect(taken.tunnels.find(({ name }) => name === 'shy')).toMatchObject({ reach: 'laptop' })
    await client.clients.edit({ id, name: 'renamed' })
    await bed.overviewWhere(({ labs }) => labs[0]?.name === 'renamed')
    await client.clients.remove({ id })
    await bed.overviewWhere(({ labs, tunnels }) => labs.length === 0 && tunnels.length === 0)
  } finally {
    close()
  }
})

test('another identity on the same port is refused and not tried again; nothing green remains', async () => {
  await bed.readyTunnel()
  const { bridgePort } = bed.opened
  await bed.relay.close()
  await bed.agent?.close()
  await bed.openRelay(bridgePort, 'impostor')
  const { servers, tunnels } = await bed.overviewWhere((one) => one.servers[0]?.link.state === 'failed')
  expect(servers[0]?.link).toMatchObject({ failure: { code: 'server-identity-changed' } })
  expect(tunnels[0]?.status.state).toBe('unknown')
})

test('a wrong key, and a server that is not there, are told at once and leave nothing behind', async () => {
  const wrong = { host: '127.0.0.1', bridgePort: bed.opened.bridgePort, adminKey: 'x'.repeat(43) }
  await expect(bed.app.servers.connect(wrong)).rejects.toMatchObject({
    data: { failure: { code: 'wrong-admin-key' } },
  })
  const nobody = { ...wrong, bridgePort: 1 }
  await expect(bed.app.servers.connect(nobody)).rejects.toMatchObject({
    data: { failure: { code: 'relay-stopped' } },
  })
  expect((await bed.overviewWhere(() => true)).servers).toEqual([])
})

test('connecting to a server says whether it has lab boxes, before the list shows them', async () => {
  const { bridgePort, adminKey } = bed.opened
  const line = { host: '127.0.0.1', bridgePort, adminKey: adminKey.reveal() }
  expect(await bed.app.servers.connect(line)).toMatchObject({ hasLabs: false })
  const { client, close } = await bed.askRelay()
  await client.clients.add({ name: 'a100' })
  close()
  expect(await bed.app.servers.connect(line)).toMatchObject({ hasLabs: true })
})

test('a deletion outlives the app: what was due is finished at the next start', async () => {
  const { id: tunnelId } = await bed.readyTunnel()
  await bed.app.tunnels.remove({ tunnelId })
  await bed.backend.close()
  await bed.openApp()
  await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  expect((await bed.overviewWhere(() => true)).tunnels).toEqual([])
  const { client, close } = await bed.askRelay()
  try {
    for await (const tunnels of await client.tunnels.watch({})) if (tunnels.length === 0) break
  } finally {
    close()
  }
  await expect(bed.app.tunnels.undoRemove({ tunnelId })).rejects.toMatchObject({
    data: { failure: { code: 'not-found' } },
  })
})

test('another machine that takes a lab box’s place is told, with where both are', async () => {
  await bed.readyTunnel()
  const older = bed.agent
  const { labs } = await bed.overviewWhere(() => true)
  await bed.startAgent(await bed.vkeyOf(labs[0]?.id ?? ''))
  const taken = await bed.overviewWhere((now) => now.labs.some(({ state }) => 'takeover' in state))
  const machine = `127.0.0.1 (${hostname()})`
  expect(taken.labs[0]?.state).toMatchObject({ state: 'online', takeover: { by: machine, from: machine } })
  expect(older?.state).toMatchObject({ state: 'waiting', reason: { code: 'agent-replaced' } })
  await older?.close()
})

test('nor does a lab box whose settings and limits only a later server could read: nothing of it is lost, and its list is there', async () => {
  await bed.connectApp()
  const { client, close } = await bed.askRelay()
  await client.clients.add({ name: 'known' })
  const { id } = await client.clients.add({ name: 'by-air' })
  close()
  await bed.overviewWhere(({ labs }) => labs.length === 2)
  const { bridgePort } = bed.opened
  await bed.relay.close()
  const file = join(bed.folder, 'relay', 'relay.db')
  const settings = '{"mayPush":"on-sundays","pushHosts":{"loft":1}}'
  const limits = '{"maxConnections":{"perHour":3}}'
  const database = new DatabaseSync(file)
  database.prepare('update clients set settings = ?, limits = ? where id = ?').run(settings, limits, id)
  database.close()
  await bed.openRelay(bridgePort, 'relay')
  await bed.overviewWhere(({ servers: all }) => all[0]?.unread?.labs === 1)
  const again = await bed.askRelay()
  try {
    const list = await again.client.clients.list({})
    expect(list.map(({ name }) => name)).toEqual(['known'])
    expect(list.unread).toMatchObject([{ id, name: 'by-air' }])
    for (const change of [{ settings: { crypt: true } }, { limits: {} }])
      await expect(again.client.clients.edit({ id, ...change })).rejects.toMatchObject({
        code: 'mode-unsupported',
      })
  } finally {
    again.close()
  }
  const after = new DatabaseSync(file, { readOnly: true })
  expect(after.prepare('select settings, limits from clients where id = ?').get(id)).toEqual({
    settings,
    limits,
  })
  after.close()
}, 30_000)
