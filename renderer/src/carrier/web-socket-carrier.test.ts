import { expect, test, vi } from 'vitest'
import { webSocketCarrier } from './web-socket-carrier.ts'

/** Opens when told to; the page's own WebSocket cannot be had without a server. */
class ToldSocket extends EventTarget {
  static last: ToldSocket | undefined
  readyState = 0
  closeCalls = 0

  constructor() {
    super()
    ToldSocket.last = this
  }

  open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }

  close(): void {
    this.closeCalls += 1
  }
}

test('the deadline for opening does not close a socket that is open', async () => {
  vi.stubGlobal('WebSocket', ToldSocket)
  const deadline = new AbortController()
  const opening = webSocketCarrier(() => 'ws://127.0.0.1/api').open({ signal: deadline.signal })
  ToldSocket.last?.open()
  await opening
  deadline.abort(new Error('too late'))
  expect(ToldSocket.last?.closeCalls).toBe(0)
  vi.unstubAllGlobals()
})

test('a socket that does not open in time is closed', async () => {
  vi.stubGlobal('WebSocket', ToldSocket)
  const deadline = new AbortController()
  const opening = webSocketCarrier(() => 'ws://127.0.0.1/api').open({ signal: deadline.signal })
  deadline.abort(new Error('too late'))
  await expect(opening).rejects.toThrow('too late')
  expect(ToldSocket.last?.closeCalls).toBe(1)
  vi.unstubAllGlobals()
})
