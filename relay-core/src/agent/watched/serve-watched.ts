import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import type { Watched } from '../../api/webhook/watch-models.ts'
import type { KindServer } from '../../native/carriers/serve-carrier.ts'
import { resetStream } from '../../net/stream/splice.ts'
import { decodeQuestion, type WatchedQuestion } from '../../wire/watched-question.ts'

/** Of the spec (wire.md §5). */
const maxQuestionBytes = 131
const askedWithinMs = 10_000

/** Answers a question about processes and GPUs, one at a time. `read`: null where the owner wants none of it told. */
export function watchedServer(
  read: ((question: WatchedQuestion) => Promise<Watched | null>) | null,
): KindServer {
  let isBusy = false
  return () => {
    if (!read)
      return Promise.reject(
        new RelayError(
          'target-denied',
          'The owner of the lab box does not let npc tell what runs there (-discover=false).',
        ),
      )
    if (process.platform !== 'linux')
      return Promise.reject(
        new RelayError('target-missing', 'npc tells only on Linux what becomes of a process.'),
      )
    if (isBusy)
      return Promise.reject(new RelayError('target-denied', 'The lab box is just being asked the same.'))
    isBusy = true
    const end = () => {
      isBusy = false
    }
    return Promise.resolve({
      // A look that has begun goes on when its stream is gone: no second one begins beside it.
      join: (stream) => void answer(stream, read).then(end),
      abandon: end,
    })
  }
}

/** Never rejects: a question that is none, and an answer that fails, reset the stream. */
async function answer(
  stream: Duplex,
  read: (question: WatchedQuestion) => Promise<Watched | null>,
): Promise<void> {
  const timer = setTimeout(() => resetStream(stream), askedWithinMs)
  stream.once('close', () => clearTimeout(timer))
  stream.on('error', () => undefined)
  try {
    const question = decodeQuestion(await bytesOf(stream))
    clearTimeout(timer)
    const watched = question && (await read(question))
    if (!watched) return resetStream(stream)
    stream.end(JSON.stringify(watched))
  } catch {
    resetStream(stream)
  }
}

async function bytesOf(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxQuestionBytes) reject(new Error('too long'))
    else chunks.push(chunk)
  })
  stream.once('end', () => resolve(Buffer.concat(chunks)))
  stream.once('close', () => reject(new Error('closed')))
  return await promise
}
