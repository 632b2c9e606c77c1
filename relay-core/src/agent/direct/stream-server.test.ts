import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { silentLog } from '../../log/log.ts'
import { maxServedStreams, StreamServer } from './stream-server.ts'
import { UseCount } from './use-count.ts'

/** A target that never accepts. */
function serverOfSilence() {
  const signals: AbortSignal[] = []
  const ended = new AbortController()
  const server = new StreamServer({
    acceptor: { accept: () => Promise.reject(new Error('not reached')) },
    dial: (_, { signal }) => {
      signals.push(signal)
      return new Promise<Socket>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
    links: { streamCount: 0 },
    log: silentLog,
  })
  const serve = (stream: PassThrough) =>
    server.serve(stream, {
      link: { ended: ended.signal },
      open: { host: '127.0.0.1', port: 8_888, visitor: '' },
      verifier: Buffer.alloc(32),
      use: new UseCount(),
    })
  return { signals, ended, serve }
}

it('stops dialling for a stream that has been reset', async () => {
  const { signals, serve } = serverOfSilence()
  const stream = new PassThrough()
  const served = serve(stream)
  await Promise.resolve()
  expect(signals).toHaveLength(1)
  stream.destroy()
  await served
  expect(signals[0]?.aborted).toBe(true)
})

it('does not dial for a stream whose reset has come with it', async () => {
  const { signals, serve } = serverOfSilence()
  const stream = new PassThrough()
  const served = serve(stream)
  stream.destroy()
  await served
  expect(signals).toHaveLength(0)
})

it('serves only so many streams at a time, and more once some have ended', async () => {
  const { signals, ended, serve } = serverOfSilence()
  const streams = Array.from({ length: maxServedStreams }, () => new PassThrough())
  const served = streams.map(serve)
  const refused = new PassThrough()
  await serve(refused)
  expect(refused.destroyed).toBe(true)
  expect(signals).toHaveLength(maxServedStreams)
  streams[0]?.destroy()
  await served[0]
  const next = new PassThrough()
  served.push(serve(next))
  await Promise.resolve()
  expect(next.destroyed).toBe(false)
  expect(signals).toHaveLength(maxServedStreams + 1)
  ended.abort(new Error('the link has ended'))
  await Promise.all(served)
  expect(next.destroyed).toBe(true)
})
