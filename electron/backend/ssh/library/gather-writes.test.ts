import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { gatherWrites } from './gather-writes.ts'

test('what is written in one turn is sent at once, and the next turn by itself', async () => {
  const sent: string[] = []
  const stream = gatherWrites(
    new Duplex({
      read: () => undefined,
      writev: (chunks, done) => {
        sent.push(chunks.map(({ chunk }) => String(chunk)).join(''))
        done()
      },
    }),
  )
  for (const piece of ['length ', 'packet ', 'tag']) stream.write(piece)
  await new Promise<void>((resolve) => stream.write('', () => resolve()))
  await new Promise<void>((resolve) => stream.write('next', () => resolve()))
  expect(sent).toEqual(['length packet tag', 'next'])
})
