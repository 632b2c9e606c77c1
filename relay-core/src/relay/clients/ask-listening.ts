import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import { listening, type Listening } from '../../api/listening.ts'
import { withDeadline } from '../../async/wait/with-deadline.ts'
import { resetStream } from '../../net/stream/splice.ts'
import type { AgentSession } from '../../session/agent-session.ts'

const timeoutMs = 10_000
/** Of the spec (wire.md §5). */
const maxBytes = 65_536

/** Asks an agent what listens on its machine. Rejects as `openListening` does, or with `agent-silent` for what is no answer. */
export function askListening(session: AgentSession, { signal }: { signal: AbortSignal }): Promise<Listening> {
  const onTimeout = () => silent(`it did not answer within ${timeoutMs / 1_000} s`)
  return withDeadline({ signal, timeoutMs, onTimeout }, async (inTime) => {
    const stream = await session.openListening({ signal: inTime })
    const giveUp = () => resetStream(stream)
    inTime.addEventListener('abort', giveUp, { once: true })
    try {
      stream.end()
      return parse(await readDocument(stream))
    } finally {
      inTime.removeEventListener('abort', giveUp)
      resetStream(stream)
    }
  })
}

async function readDocument(stream: Duplex): Promise<string> {
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

function parse(document: string): Listening {
  try {
    return listening.parse(JSON.parse(document))
  } catch {
    throw silent('its answer cannot be read')
  }
}

function silent(why: string): RelayError {
  return new RelayError('agent-silent', `The lab box was asked what listens there, and ${why}.`)
}
