import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AlertWish, LabAlert } from '@nps-desktop/electron/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

async function alertWhere(labId: string, isSo: (alert: LabAlert) => boolean): Promise<LabAlert> {
  for await (const alerts of await bed.app.notices.alerts.watch({ labId })) {
    const found = alerts.find(isSo)
    if (found) return found
  }
  throw new Error('the feed ended')
}

test('the end of a process is told by the webhook while the app is closed, and the app is told that it will be', async () => {
  const bodies: Record<string, unknown>[] = []
  const ended = Promise.withResolvers<void>()
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
    bodies.push(body)
    response.end('ok')
    if (body['event'] === 'process-ended') ended.resolve()
  })
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  const startedAtMs = Date.now()
  try {
    const { labId, serverId } = await bed.readyTunnel()
    const wish: AlertWish = {
      kind: 'process-ends',
      pid: child.pid ?? 0,
      startedAtMs,
      // as a person may call a program, and no message may hold it
      name: 'train\u202e.py\ud83d',
    }
    await bed.app.notices.alerts.add({ labId, wish })
    // there is nobody to tell yet
    const before = await alertWhere(labId, ({ toldClosed }) => toldClosed !== undefined)
    expect(before.toldClosed).toBe('no-webhook')
    await bed.app.notices.alerts.remove({ alertId: before.id })

    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    await bed.app.webhook.set({ serverId, kind: 'json', url, language: 'en' })
    await bed.app.notices.alerts.add({ labId, wish: { ...wish, pid: 4_000_000 } })
    expect((await alertWhere(labId, ({ toldClosed }) => toldClosed !== undefined)).toldClosed).toBe(
      'not-seen',
    )
    await bed.app.notices.alerts.add({ labId, wish })
    await alertWhere(labId, ({ toldClosed }) => toldClosed === 'yes')

    await bed.backend.close()
    child.kill()
    await ended.promise
    expect(bodies.at(-1)).toMatchObject({
      event: 'process-ended',
      process: 'train .py',
      lab: 'a100',
      text: 'It ran for 1 min. Its exit code is not known: the server only learns that the process is gone.',
    })
    // told once, and then forgotten
    const { client, close } = await bed.askRelay()
    expect(await client.watches.list({})).toEqual([])
    close()
    await bed.openApp()
  } finally {
    child.kill()
    receiver.close()
  }
}, 90_000)

test('an owner who wants nothing told is heeded, and an older npc is told apart', async () => {
  const { labId, serverId } = await bed.readyTunnel()
  await bed.app.webhook.set({ serverId, kind: 'json', url: 'http://127.0.0.1:9/hook', language: 'en' })
  const wish: AlertWish = { kind: 'process-ends', pid: process.pid, startedAtMs: Date.now(), name: 'this' }
  for (const [more, expected] of [
    [{ discover: false }, 'npc-off'],
    [{ protocol: 'stock', fingerprint: undefined }, 'npc-old'],
  ] as const) {
    await bed.agent?.close()
    await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'offline')
    await bed.startAgent(await bed.vkeyOf(labId), more)
    await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
    const { alertId } = await bed.app.notices.alerts.add({ labId, wish })
    const { toldClosed } = await alertWhere(labId, (alert) => alert.toldClosed !== undefined)
    expect(toldClosed).toBe(expected)
    await bed.app.notices.alerts.remove({ alertId })
  }
}, 60_000)
