import { afterEach, expect, test, vi } from 'vitest'
import { chooseCarrier } from './choose-carrier.ts'

afterEach(() => vi.unstubAllGlobals())

test('an answer that lets the page not in is told from none at all', async () => {
  class ShutSocket extends EventTarget {
    constructor() {
      super()
      queueMicrotask(() => this.dispatchEvent(new Event('close')))
    }
    close(): void {}
  }
  vi.stubGlobal('WebSocket', ShutSocket)
  const carrier = chooseCarrier(window)
  const refusalOf = async (answer: () => Promise<Response>): Promise<unknown> => {
    vi.stubGlobal('fetch', answer)
    return carrier.open({ signal: AbortSignal.timeout(1_000) }).catch((error: unknown) => error)
  }
  expect(await refusalOf(async () => new Response(null, { status: 403 }))).toMatchObject({ why: 'token' })
  expect(await refusalOf(async () => new Response(null, { status: 503 }))).toMatchObject({ why: 'pages' })
  expect(await refusalOf(async () => new Response(null, { status: 426 }))).not.toHaveProperty('why')
  const nobody = await refusalOf(() => Promise.reject(new TypeError('Failed to fetch')))
  expect(nobody).toMatchObject({ message: 'the backend closed the connection' })
})

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
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
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
