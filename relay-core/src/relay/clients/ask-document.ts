import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import { withDeadline } from '../../async/wait/with-deadline.ts'
import { resetStream } from '../../net/stream/splice.ts'

/** Of the spec (wire.md §5). */
const maxBytes = 65_536

/**
 * One JSON document that an agent answers with: `question` is sent first, `parse` reads the document. Rejects as `open` does, or with `agent-silent` for
 * what is no answer; `what` says what it was asked.
 */
export function askDocument<T>(
  open: (options: { signal: AbortSignal }) => Promise<Duplex>,
  {
    what,
    question,
    parse,
    timeoutMs,
    signal,
  }: {
    what: string
    question: Uint8Array
    parse: (value: unknown) => T
    timeoutMs: number
    signal: AbortSignal
  },
): Promise<T> {
  const silent = (why: string): RelayError =>
    new RelayError('agent-silent', `The lab box was asked ${what}, and ${why}.`)
  const onTimeout = () => silent(`it did not answer within ${timeoutMs / 1_000} s`)
  return withDeadline({ signal, timeoutMs, onTimeout }, async (inTime) => {
    const stream = await open({ signal: inTime })
    const giveUp = () => resetStream(stream)
    inTime.addEventListener('abort', giveUp, { once: true })
    try {
      stream.end(question)
      const document = await readDocument(stream, silent)
      try {
        return parse(JSON.parse(document))
      } catch {
        throw silent('its answer cannot be read')
      }
    } finally {
      inTime.removeEventListener('abort', giveUp)
      resetStream(stream)
    }
  })
}

async function readDocument(stream: Duplex, silent: (why: string) => RelayError): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) reject(silent('its answer is too long'))
    else chunks.push(chunk)
  })
  stream.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
  stream.on('error', (error) => reject(silent(error.message)))
  stream.once('close', () => reject(silent('it broke off')))
  return await promise
}
