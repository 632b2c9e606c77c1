import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { streamPair } from './stream-pair.ts'

test('bytes, half-close and back-pressure pass both ways', async () => {
  const [one, other] = streamPair()
  let written = 0
  while (one.write(Buffer.alloc(16_384))) written += 1
  expect(written).toBeLessThan(20)
  one.end('last')
  let got = 0
  other.on('data', (chunk: Buffer) => (got += chunk.length))
  await once(other, 'end')
  expect(got).toBe((written + 1) * 16_384 + 4)
  other.end('answer')
  expect(String((await one.toArray())[0])).toBe('answer')
  await Promise.all([finished(one), finished(other)])
})

test('an end that is done and goes leaves the other one to finish in order', async () => {
  const [one, other] = streamPair()
  other.resume()
  one.end()
  await once(other, 'end')
  one.destroy()
  other.end()
  await once(other, 'close')
  expect(other.errored).toBe(null)
})

test('an end that breaks off breaks the other, whose pending write fails', async () => {
  const [one, other] = streamPair()
  const failed = once(other, 'error')
  other.write(Buffer.alloc(100_000))
  one.destroy()
  expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
})
