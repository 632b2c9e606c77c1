import type { FoundLook } from '@nps-desktop/electron/contract'
import { RelayError } from '@nps-desktop/relay-core/api'
import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { expect, test, vi } from 'vitest'
import { GlancedServices } from './glanced-services.ts'

const listener = {
  host: '127.0.0.1',
  port: 8000,
  owner: 'alice',
  isOwn: true,
  folder: '/',
  command: ['vllm', 'serve', 'Qwen'],
}

type Parts = ConstructorParameters<typeof GlancedServices>[0]

/** A lab box whose npc is asked, and how often it was. */
function glanced(lab: { looksForServices?: boolean } = {}) {
  const clock = new ManualClock()
  let asked = 0
  let fails = false
  const listening = async () => {
    asked += 1
    if (fails) throw new RelayError('agent-offline', 'offline')
    return { home: '/', listeners: [listener], others: [] }
  }
  const parts = standIn<Parts>({
    storage: { labs: { get: () => ({ id: 'l1', serverId: 's1', clientId: 1, ...lab }) } },
    relays: { reach: async () => ({ clients: { listening } }) },
    clock,
    log: silentLog,
  })
  const services = new GlancedServices(parts)
  return { services, clock, asked: () => asked, fail: () => (fails = true) }
}
async function first(feed: AsyncGenerator<FoundLook>, state: FoundLook['state']): Promise<FoundLook> {
  for await (const look of feed) if (look.state === state) return look
  throw new Error('the feed ended')
}

test('npc is asked while somebody looks, each minute, and never otherwise', async () => {
  const { services, clock, asked } = glanced()
  const feed = services.watch('l1', AbortSignal.timeout(5_000))
  expect(asked()).toBe(0)
  const look = await first(feed, 'read')
  expect(look).toMatchObject({ by: 'npc', services: [{ program: 'vllm', port: 8000, isMine: true }] })
  expect(services.on('l1', 8000)?.name).toBe('vLLM')
  clock.advance(60_000)
  // the generator has ended with the loop, and so has the looking
  expect(asked()).toBe(1)
  services.close()
})

test('a box that the person does not want looked at is not asked', async () => {
  const { services, asked } = glanced({ looksForServices: false })
  await first(services.watch('l1', AbortSignal.timeout(5_000)), 'off')
  expect(asked()).toBe(0)
  services.close()
})

test('what was told last stays when npc is away', async () => {
  const { services, clock, asked, fail } = glanced()
  const left = new AbortController()
  const feed = services.watch('l1', left.signal)
  while ((await feed.next()).value?.state !== 'read') continue
  fail()
  clock.advance(60_000)
  await vi.waitFor(() => expect(asked()).toBe(2))
  expect(services.on('l1', 8000)).toBeDefined()
  left.abort()
  await feed.next()
  services.close()
})
