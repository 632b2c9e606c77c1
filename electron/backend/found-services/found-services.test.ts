import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { expect, test } from 'vitest'
import { FoundServices, type FoundServicesOptions } from './found-services.ts'

test('a page that is opened again does not wait for the look of the one that was left', async () => {
  const looks: AbortSignal[] = []
  const options = standIn<FoundServicesOptions>({
    storage: { labs: { get: () => ({ id: 'l1', address: {} }) }, secrets: { has: () => true } },
    labSessions: {
      use: (_labId: string, { signal }: { signal: AbortSignal }) => {
        looks.push(signal)
        return new Promise(() => undefined)
      },
    },
    clock: new ManualClock(),
    log: silentLog,
  })
  const found = new FoundServices(options)
  const visit = async () => {
    const left = new AbortController()
    const page = found.watch({ labId: 'l1' }, { signal: left.signal })
    await page.next()
    return async () => {
      left.abort()
      await page.next()
    }
  }
  const leave = await visit()
  expect(looks).toHaveLength(1)
  await leave()
  expect(looks[0]?.aborted).toBe(true)
  const leaveAgain = await visit()
  expect(looks).toHaveLength(2)
  await leaveAgain()
  found.close()
})
