import { expect, it, vi } from 'vitest'
import type { Listening } from '../../api/listening.ts'
import { streamKind } from '../../wire/stream-messages.ts'
import { listeningServer } from './serve-listening.ts'

const open = { number: 1, host: '', port: 0, visitor: 'listening', kind: streamKind.listening }
const nothing: Listening = { home: '', listeners: [], others: [] }

it('a look that hangs keeps no question beyond its stream, and has no second look beside it', async () => {
  const looks: PromiseWithResolvers<Listening>[] = []
  const read = vi.fn<() => Promise<Listening>>(() => {
    const look = Promise.withResolvers<Listening>()
    looks.push(look)
    return look.promise
  })
  const serve = listeningServer(read)
  const gone = new AbortController()
  const first = serve(open, { signal: gone.signal })
  gone.abort(new Error('the stream has gone'))
  await expect(first).rejects.toThrow('the stream has gone')
  const { signal } = new AbortController()
  const second = serve(open, { signal })
  expect(read).toHaveBeenCalledTimes(1)
  looks[0]?.resolve(nothing)
  await second
  const third = serve(open, { signal })
  expect(read).toHaveBeenCalledTimes(2)
  looks[1]?.resolve(nothing)
  await third
})
