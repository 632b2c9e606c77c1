import { expect, it } from 'vitest'
import type { Watched } from '../../api/webhook/watch-models.ts'
import { CarrierStream } from '../../native/carriers/carrier-stream.ts'
import { encodeQuestion } from '../../wire/watched-question.ts'
import { streamKind } from '../../wire/stream-messages.ts'
import { watchedServer } from './serve-watched.ts'

const open = { number: 1, host: '', port: 0, visitor: 'watched', kind: streamKind.watched }
const { signal } = new AbortController()

it.runIf(process.platform === 'linux')(
  'a relay that asks, goes away and asks again does not start a tool of a GPU beside one that still runs',
  async () => {
    const looks: PromiseWithResolvers<Watched>[] = []
    const serve = watchedServer(() => {
      const look = Promise.withResolvers<Watched>()
      looks.push(look)
      return look.promise
    })
    const ask = async (): Promise<CarrierStream> => {
      const { join } = await serve(open, { signal })
      const stream = new CarrierStream()
      join(stream)
      stream.arrive({ bytes: encodeQuestion({ pids: [], gpus: true }), isPacked: false })
      stream.arrive({ bytes: null, isPacked: false })
      return stream
    }
    const first = await ask()
    await expect.poll(() => looks.length).toBe(1)
    first.destroy()
    await new Promise((resolve) => first.once('close', resolve))
    await expect(ask()).rejects.toMatchObject({ code: 'target-denied' })
    looks[0]?.resolve({ processes: [], gpus: null })
    await new Promise(setImmediate)
    const second = await ask()
    await expect.poll(() => looks.length).toBe(2)
    second.destroy()
    looks[1]?.resolve({ processes: [], gpus: null })
  },
)
