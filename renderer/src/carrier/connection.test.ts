import { expect, test, vi } from 'vitest'
import { RefusedError } from './rpc-carrier.ts'
import type { RpcCarrier, CarrierLink } from './rpc-carrier.ts'
import { BackendConnection } from './connection.ts'
import { follow } from './follow.ts'

/** A backend that can be taken away: every open link ends when `drop` is called. */
function droppableCarrier(): { carrier: RpcCarrier; drop: () => void; opened: () => number } {
  let opened = 0
  let drop = (): void => undefined
  const carrier: RpcCarrier = {
    async open() {
      opened += 1
      const closed = Promise.withResolvers<void>()
      drop = closed.resolve
      const name = `link ${opened}`
      const link: CarrierLink = {
        link: { call: async () => name },
        closed: closed.promise,
        close: closed.resolve,
      }
      return link
    },
  }
  return { carrier, drop: () => drop(), opened: () => opened }
}

test('a feed is subscribed again on the next link, and begins with its current value', async () => {
  const { carrier, drop } = droppableCarrier()
  const connection = new BackendConnection(carrier)
  const stop = new AbortController()
  const heard: string[] = []
  const second = Promise.withResolvers<void>()
  connection.start()
  const reading = follow(
    connection,
    async () => {
      const name = (await connection.link.call([], undefined, { context: {} })) as string
      return (async function* () {
        yield name
        if (name === 'link 1') drop()
      })()
    },
    (value: string) => {
      heard.push(value)
      if (value !== 'link 1') second.resolve()
    },
    { signal: stop.signal },
  )
  await second.promise
  expect(heard).toEqual(['link 1', 'link 2'])
  stop.abort()
  await reading
  connection.close()
})

test('the state says since when the backend is away', async () => {
  let refuse = false
  const { carrier, drop, opened } = droppableCarrier()
  const connection = new BackendConnection({
    open: (options) => (refuse ? Promise.reject(new Error('refused')) : carrier.open(options)),
  })
  connection.start()
  await connection.online({ signal: AbortSignal.timeout(1_000) })
  expect(connection.state.value.state).toBe('online')
  refuse = true
  drop()
  await expect.poll(() => connection.state.value.state).toBe('lost')
  refuse = false
  await connection.online({ signal: AbortSignal.timeout(5_000) })
  expect(connection.state.value.state).toBe('online')
  expect(opened()).toBe(2)
  connection.close()
})

test('the state says when the backend is there and refuses this page', async () => {
  let why: Error = new Error('away')
  const connection = new BackendConnection({ open: () => Promise.reject(why) })
  connection.start()
  const refusal = () => connection.state.value.state === 'lost' && connection.state.value.refusal
  await expect.poll(refusal).toBe(null)
  why = new RefusedError('token')
  await expect.poll(refusal).toBe('token')
  why = new Error('away')
  await expect.poll(refusal).toBe(null)
  connection.close()
})

test('a link that opens and closes at once is opened again after growing pauses', async () => {
  vi.useFakeTimers()
  const openedAtMs: number[] = []
  const connection = new BackendConnection({
    async open() {
      openedAtMs.push(Date.now())
      return { link: { call: async () => null }, closed: Promise.resolve(), close: () => undefined }
    },
  })
  connection.start()
  await vi.advanceTimersByTimeAsync(10_000)
  connection.close()
  vi.useRealTimers()
  const pauses = openedAtMs.slice(1).map((at, index) => at - (openedAtMs[index] ?? 0))
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_000, 3_000])
})

test('after a link that lived, the next one is opened soon', async () => {
  vi.useFakeTimers()
  const { carrier, drop, opened } = droppableCarrier()
  const connection = new BackendConnection(carrier)
  connection.start()
  for (const lived of [10, 10, 10, 6_000]) {
    await vi.advanceTimersByTimeAsync(4_000)
    await vi.advanceTimersByTimeAsync(lived)
    drop()
  }
  const before = opened()
  await vi.advanceTimersByTimeAsync(200)
  expect(opened()).toBe(before + 1)
  connection.close()
  vi.useRealTimers()
})

test('a call on a closed connection does not hang', async () => {
  const connection = new BackendConnection({ open: () => Promise.reject(new Error('refused')) })
  connection.start()
  const call = connection.link.call([], undefined, { context: {} })
  connection.close()
  await expect(call).rejects.toThrow('closed')
})
