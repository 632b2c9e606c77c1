import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ByteSource } from '../byte-source.ts'
import { Conversation } from '../conversation.ts'
import { forwardRequest } from './forward-request.ts'
import { streamPair } from './stream-pair.ts'

const day = 24 * 60 * 60_000

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

test('a download that has begun may take any time', async () => {
  const { visitor, target } = await forwarded('GET / HTTP/1.1\r\nHost: lab\r\n\r\n')
  target.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
  expect(await heard(visitor, 'half')).toContain('half')
  vi.advanceTimersByTime(day)
  target.write('more')
  expect(await heard(visitor, 'more')).toContain('more')
})

test('a WebSocket may stay open for any time', async () => {
  const { visitor, target } = await forwarded(
    'GET / HTTP/1.1\r\nHost: lab\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    { Connection: 'Upgrade', Upgrade: 'websocket' },
  )
  target.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
  expect(await heard(visitor, 'hello')).toContain('hello')
  vi.advanceTimersByTime(day)
  target.write('still here')
  expect(await heard(visitor, 'still here')).toContain('still here')
  visitor.write('me too')
  expect(await heard(target, 'me too')).toContain('me too')
})

test('a target that says nothing at all is given up', async () => {
  const { visitor } = await forwarded('GET / HTTP/1.1\r\nHost: lab\r\n\r\n')
  vi.advanceTimersByTime(day)
  expect(await heard(visitor, '502')).toContain('502')
})

/** A request on its way: the visitor's own end, and the target's, which has got the whole request. */
async function forwarded(
  request: string,
  fields: Record<string, string> = {},
): Promise<{ visitor: Duplex; target: Duplex }> {
  const [visitor, relayed] = streamPair()
  const [near, target] = streamPair()
  for (const end of [visitor, relayed, near, target]) end.on('error', () => undefined)
  visitor.write(request)
  const conversation = new Conversation(relayed, {
    headTimeoutMs: 10_000,
    keepAliveTimeoutMs: 10_000,
    maxHeadBytes: 10_000,
  })
  const exchange = await conversation.next()
  if (!exchange) throw new Error('no request')
  const link = {
    stream: near,
    source: new ByteSource(near),
    closed: new Promise<void>((resolve) => near.once('close', resolve)),
  }
  const head = { method: 'GET', path: '/', fields: Object.entries(fields).flat() }
  const refuse = () =>
    exchange.reply({ status: 502, reason: 'Bad Gateway', fields: [], body: Buffer.alloc(0) })
  void forwardRequest(link, exchange, { head, refuse })
  await heard(target, '\r\n\r\n')
  return { visitor, target }
}

/** What `stream` says until it has said `words`. Rejects when it closes before. */
function heard(stream: Duplex, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const onClose = () => reject(new Error(`closed after ${JSON.stringify(text)}`))
    const onData = (chunk: Buffer) => {
      text += chunk.toString()
      if (!text.includes(words)) return
      stream.off('data', onData).off('close', onClose)
      resolve(text)
    }
    stream.on('data', onData).once('close', onClose)
    if (stream.destroyed) onClose()
  })
}
