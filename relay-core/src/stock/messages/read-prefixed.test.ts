import { duplexPair, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { EarlyEnd, readExactly } from '../../net/stream/read-exactly.ts'
import { encodePrefixed } from './length-prefixed.ts'
import { readPrefixed } from './read-prefixed.ts'

const signal = AbortSignal.timeout(10_000)

describe('reading exactly', () => {
  it('T8: waits for the rest, however the bytes come', async () => {
    const [near, far] = duplexPair()
    const reading = readPrefixed(near, { signal })
    for (const byte of encodePrefixed('slowly')) {
      far.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(String(await reading)).toBe('slowly')
  })

  it('leaves what follows to the next reader', async () => {
    const [near, far] = duplexPair()
    far.end(Buffer.concat([encodePrefixed('one'), Buffer.from('the rest')]))
    expect(String(await readPrefixed(near, { signal }))).toBe('one')
    expect(String(await readExactly(near, 8, { signal }))).toBe('the rest')
    await expect(readExactly(near, 1, { signal })).rejects.toBeInstanceOf(EarlyEnd)
  })

  it('tells an end in the middle, a failure and a deadline apart', async () => {
    await expect(readExactly(Readable.from([Buffer.from('ab')]), 3, { signal })).rejects.toBeInstanceOf(
      EarlyEnd,
    )
    const [near] = duplexPair()
    const failing = readExactly(near, 3, { signal })
    near.destroy(new Error('cut'))
    await expect(failing).rejects.toMatchObject({ name: 'EarlyEnd', cause: { message: 'cut' } })
    const [silent] = duplexPair()
    const timeout = readExactly(silent, 3, { signal: AbortSignal.timeout(20) })
    await expect(timeout).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})
