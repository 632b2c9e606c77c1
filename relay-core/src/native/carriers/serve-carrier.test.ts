import { duplexPair } from 'node:stream'
import { expect, it } from 'vitest'
import { frameType } from '../../wire/frame.ts'
import { decodeFailed, decodeNumber, encodeOpen } from '../../wire/stream-messages.ts'
import { FramedSocket } from './framed-socket.ts'
import { serveCarrier } from './serve-carrier.ts'

it('refuses a kind of stream that it does not know, and serves the next one', async () => {
  const [one, other] = duplexPair()
  const agent = new FramedSocket(other)
  serveCarrier(agent, {
    0: () =>
      Promise.resolve({
        join: (stream) => void stream.on('error', () => undefined),
        abandon: () => undefined,
      }),
  })
  agent.start()
  const relay = new FramedSocket(one)
  const answer = () =>
    new Promise<{ type: number; body: Uint8Array }>((resolve) => {
      relay.receiver = { onMessage: (type, body) => resolve({ type, body }), onData: () => undefined }
    })
  relay.start()

  const refused = answer()
  relay.send(encodeOpen({ number: 1, host: '127.0.0.1', port: 53, visitor: '', kind: 250 }))
  const { type, body } = await refused
  expect(type).toBe(frameType.failed)
  expect(decodeFailed(body)).toMatchObject({ number: 1, code: 'mode-unsupported' })

  const opened = answer()
  relay.send(encodeOpen({ number: 2, host: '127.0.0.1', port: 53, visitor: '', kind: 0 }))
  const second = await opened
  expect(second.type).toBe(frameType.opened)
  expect(decodeNumber(second.body)).toBe(2)
  relay.destroy()
  agent.destroy()
})
