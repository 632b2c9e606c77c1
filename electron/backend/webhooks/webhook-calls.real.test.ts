import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
let hook: Server
const received: string[] = []
beforeEach(async () => {
  bed = await AppAndRelay.start()
  received.length = 0
  hook = createServer((request, response) => {
    received.push(request.url ?? '')
    request.resume().on('end', () => response.end('{"code":0,"msg":"success"}'))
  })
  hook.listen(0, '127.0.0.1')
  await once(hook, 'listening')
})
afterEach(async () => {
  await bed.close()
  hook.close()
  await once(hook, 'close')
})

test('a webhook is set from the app, tried, and taken away, and its address is not told again', async () => {
  const serverId = await bed.connectApp()
  await bed.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  const { webhook } = bed.app
  expect(await webhook.read({ serverId })).toEqual({ supported: true, webhook: null })
  const { port } = hook.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/hook/the-key-of-the-hook`
  const wanted = { kind: 'feishu', url, secret: 'the-signing-secret', language: 'zh-CN' } as const
  const made = await webhook.set({ serverId, ...wanted })
  expect(made).toMatchObject({ kind: 'feishu', origin: `http://127.0.0.1:${port}`, hasSecret: true })
  expect(await webhook.test({ serverId })).toMatchObject({ state: 'taken', status: 200, said: 'success' })
  expect(received).toEqual(['/hook/the-key-of-the-hook'])
  const shown = await webhook.read({ serverId })
  expect(shown.webhook).toMatchObject({ last: { state: 'taken' }, waiting: 0 })
  expect(JSON.stringify([made, shown])).not.toMatch(/the-key-of-the-hook|the-signing-secret/)
  const inTheClear = { ...wanted, url: 'http://192.0.2.1/hook' }
  await expect(webhook.set({ serverId, ...inTheClear })).rejects.toMatchObject({ code: 'FAILED' })
  await webhook.remove({ serverId })
  expect(await webhook.read({ serverId })).toEqual({ supported: true, webhook: null })
}, 60_000)
