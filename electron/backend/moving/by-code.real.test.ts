import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { MoveOffer } from '@nps-desktop/electron/contract'
import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import { freePort } from '@nps-desktop/relay-core/testing/free-port'
import { createRouterClient, type RouterClient } from '@orpc/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'
import { createHeadlessShell } from '../../headless/headless-shell.ts'
import { type DesktopBackend, openBackend } from '../desktop/desktop-backend.ts'
import type { DesktopRouter } from '../desktop/desktop-router.ts'
import { offerMs } from './laptop-offer.ts'
import { formatMoveCode, newMoveSecret, parseMoveCode } from './move-code.ts'

/** The laptop that gives, with a server. */
let bed: AppAndRelay
let serverId: string
/** The one that gets it all. */
let otherBackend: DesktopBackend
let other: RouterClient<DesktopRouter>

async function openLaptop(folder: string, clock?: Clock): Promise<DesktopBackend> {
  const dataFolder = join(bed.folder, folder)
  const shell = await createHeadlessShell({ version: '0.0.0', dataFolder, programsFolder: bed.folder })
  return await openBackend({ shell, ...(clock && { clock }) })
}
beforeEach(async () => {
  bed = await AppAndRelay.start()
  otherBackend = await openLaptop('other')
  other = createRouterClient(otherBackend.router)
  serverId = await bed.connectApp()
  await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
})
afterEach(async () => {
  await otherBackend.close()
  await bed.close()
})

/** A code that is waited for, until the test ends it; `next` is how it goes on. */
async function offer(app = bed.app) {
  const stop = new AbortController()
  const feed = await app.moving.offer({ serverId }, { signal: stop.signal })
  const next = async (): Promise<MoveOffer | undefined> => {
    const result = await feed.next()
    return result.done ? undefined : result.value
  }
  const first = await next()
  if (first?.state !== 'waiting') throw new Error(`no code: ${first?.state}`)
  return { ...first, next, stop: () => stop.abort() }
}

async function clientsThere(): Promise<string[]> {
  const { client, close } = await bed.askRelay()
  const names = (await client.clients.list({})).map(({ name }) => name)
  close()
  return names
}

/** Fulfils when the relay has no client and no tunnel any more, by its own word. */
async function untilNothingThere(): Promise<void> {
  const { client, close } = await bed.askRelay()
  for await (const clients of await client.clients.watch({})) if (clients.length === 0) break
  expect(await client.tunnels.list({})).toEqual([])
  close()
}

const failsWith = (code: string) => ({ data: { failure: { code } } })

test('the other laptop shows what the first one has, adds it, and reaches the server; nothing stays there', async () => {
  const { code, untilMs, next } = await offer()
  expect(code).toMatch(
    new RegExp(`^127\\.0\\.0\\.1:${bed.opened.bridgePort} (?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}$`),
  )
  expect(untilMs - Date.now()).toBeGreaterThan(offerMs - 60_000)
  expect(untilMs - Date.now()).toBeLessThanOrEqual(offerMs)
  expect(await clientsThere()).toEqual([expect.stringMatching(/^Setting up another laptop \[\w+\]$/)])

  const received = await other.moving.receive({ code: code.toLowerCase() })
  expect(await next()).toEqual({ state: 'taken' })
  const names = ['127.0.0.1']
  expect(await other.moving.look(received)).toMatchObject({ servers: names, signIns: 1 })
  await other.moving.take(received)
  for await (const { servers, labs } of await other.overview.watch({})) {
    if (servers[0]?.link.state !== 'online') continue
    expect([servers.length, labs]).toEqual([1, []])
    break
  }
  await untilNothingThere()
  // good once
  await expect(other.moving.receive({ code })).rejects.toMatchObject(failsWith('code-unknown'))
}, 60_000)

test('a laptop that is set up is no lab box, on the laptop itself or on one that knows the server already', async () => {
  const { adminKey, bridgePort } = bed.opened
  await other.servers.connect({ host: '127.0.0.1', bridgePort, adminKey: adminKey.reveal() })
  const { next, code } = await offer()
  // a lab box that comes later is there, and that laptop is not
  await bed.app.labs.add({ serverId, name: 'a100', address: null })
  for (const app of [bed.app, other]) {
    for await (const { labs, otherTunnels } of await app.overview.watch({})) {
      if (labs.length === 0) continue
      expect(labs.map(({ name }) => name)).toEqual(['a100'])
      expect(otherTunnels).toEqual([])
      break
    }
  }
  await other.moving.receive({ code })
  await next()
}, 60_000)

test('a code that nobody waits for is told as that, and a mistyped one before anything is dialled', async () => {
  const { code, stop, next } = await offer()
  const { place } = parseMoveCode(code)
  const wrong = formatMoveCode({ place, secret: newMoveSecret() })
  await expect(other.moving.receive({ code: wrong })).rejects.toMatchObject({
    data: { failure: { code: 'code-unknown', params: place } },
  })
  await expect(other.moving.receive({ code: code.slice(0, -1) })).rejects.toMatchObject(
    failsWith('code-mistyped'),
  )
  const silent = formatMoveCode({ place: { ...place, port: await freePort() }, secret: newMoveSecret() })
  await expect(other.moving.receive({ code: silent })).rejects.toMatchObject(
    failsWith('code-server-unreachable'),
  )

  // the first laptop closes its dialog
  stop()
  await next().catch(() => undefined)
  await untilNothingThere()
  await expect(other.moving.receive({ code })).rejects.toMatchObject(failsWith('code-unknown'))
}, 60_000)

test('after ten minutes a code is told to be over on both laptops', async () => {
  let expire = (): void => undefined
  const clock: Clock = {
    now: () => Date.now(),
    after: (delayMs, action, options) => {
      if (delayMs === offerMs) expire = action
      return systemClock.after(delayMs, action, options)
    },
  }
  await bed.backend.close()
  bed.backend = await openLaptop('app', clock)
  bed.app = createRouterClient(bed.backend.router)
  const { code, next } = await offer()
  const { client, close } = await bed.askRelay()
  const [{ createdAtMs } = { createdAtMs: 0 }] = await client.clients.list({})
  // the server ends it by itself too
  expect(await client.tunnels.list({})).toMatchObject([{ limits: { expiresAtMs: createdAtMs + offerMs } }])
  close()
  expire()
  expect(await next()).toEqual({ state: 'expired' })
  await untilNothingThere()
  await expect(other.moving.receive({ code })).rejects.toMatchObject(failsWith('code-unknown'))
}, 60_000)

test('the server can open nothing: with the password that it knows, its agent gives nothing, and leads nowhere else', async () => {
  const { code, stop, next } = await offer()
  const { client, close } = await bed.askRelay()
  const [tunnel] = await client.tunnels.list({})
  if (!tunnel) throw new Error('no tunnel')
  // an insider makes a public way to the same target, and one to another
  await client.clients.edit({ id: tunnel.clientId, limits: {} })
  const opened = await client.tunnels.add({ clientId: tunnel.clientId, mode: 'tcp', target: tunnel.target })
  expect(await answerOf(opened.port, tunnel.settings.password ?? '')).toBe('')
  const elsewhere = await client.tunnels.add({ clientId: tunnel.clientId, mode: 'tcp', target: bed.target })
  expect(await client.tunnels.probe({ id: elsewhere.id })).toMatchObject({
    hops: expect.arrayContaining([
      expect.objectContaining({ failure: expect.objectContaining({ code: 'target-denied' }) }),
    ]),
  })
  close()
  // and the right one is still served
  await other.moving.receive({ code })
  expect(await next()).toEqual({ state: 'taken' })
  stop()
}, 60_000)

test('somebody who removes it on the server ends it, and the laptop is told', async () => {
  const { next } = await offer()
  const { client, close } = await bed.askRelay()
  const [there] = await client.clients.list({})
  await client.clients.remove({ id: there?.id ?? 0 })
  await expect(next()).rejects.toMatchObject(failsWith('code-withdrawn'))
  close()
}, 60_000)

test('the app that ends takes it back; one that was killed does so at its next start', async () => {
  await offer()
  await bed.backend.close()
  expect(await clientsThere()).toEqual([])

  const script = join(bed.folder, 'laptop.ts')
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)
  await writeFile(
    script,
    `import { createHeadlessShell } from ${url('../../headless/headless-shell.ts')}
     import { openBackend } from ${url('../desktop/desktop-backend.ts')}
     import { createRouterClient } from ${JSON.stringify(import.meta.resolve('@orpc/server'))}
     const shell = await createHeadlessShell(${JSON.stringify({
       version: '0.0.0',
       dataFolder: join(bed.folder, 'app'),
       programsFolder: bed.folder,
     })})
     const { router } = await openBackend({ shell })
     const feed = await createRouterClient(router).moving.offer(${JSON.stringify({ serverId })})
     process.stdout.write((await feed.next()).value.state)
     await feed.next()`,
  )
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(said.toString()).toBe('waiting')
  child.kill('SIGKILL')
  await exited
  await rm(script)
  expect(await clientsThere()).toHaveLength(1)
  await bed.openApp()
  await untilNothingThere()
}, 60_000)

/** What is said at a port of this computer to whoever says this. */
async function answerOf(port: number | null, said: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: port ?? 0 })
  socket.on('error', () => undefined)
  socket.end(said)
  let heard = ''
  for await (const chunk of socket) heard += String(chunk)
  return heard
}
