import { afterEach, expect, test, vi } from 'vitest'
import { chooseCarrier } from './choose-carrier.ts'

afterEach(() => vi.unstubAllGlobals())

test('the address that a new start of the app prints is followed in the tab that had the old one', async () => {
  const asked: string[] = []
  /** What answers at an old address: it refuses at once. */
  class RefusedSocket extends EventTarget {
    constructor(url: string) {
      super()
      asked.push(new URL(url).search)
      queueMicrotask(() => this.dispatchEvent(new Event('close')))
    }
    close(): void {}
  }
  vi.stubGlobal('WebSocket', RefusedSocket)
  const visit = async (hash: string) => {
    const changed = new Promise((resolve) => window.addEventListener('hashchange', resolve, { once: true }))
    window.location.hash = hash
    await changed
  }

  await visit('#token=first')
  const carrier = chooseCarrier(window)
  const signal = AbortSignal.timeout(1_000)
  for (const hash of ['#/settings', '#token=second']) {
    await visit(hash)
    await expect(carrier.open({ signal })).rejects.toThrow('closed')
  }
  expect(asked).toEqual(['?token=first', '?token=second'])
  expect(window.location.hash, 'the token is out of the address bar').toBe('')
})
