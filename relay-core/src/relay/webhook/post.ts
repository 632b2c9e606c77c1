import { request as plainRequest, type IncomingMessage } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { untilSettled } from '../../async/wait/until-settled.ts'
import type { WebhookRequest } from './request.ts'

/** What came back; of a long body the beginning. */
export interface RawAnswer {
  readonly status: number
  readonly body: string
}

/** Services answer with a hundred bytes. */
const maxAnswerBytes = 4_096

/**
 * Posts and reads the answer, of which a status is enough: a body that is cut off or never ends is taken as far as it came. Follows no
 * redirect, and keeps no connection. Rejects with the system's failure, or with the signal's reason.
 */
export async function post(
  { url, headers, body }: WebhookRequest,
  { signal }: { signal: AbortSignal },
): Promise<RawAnswer> {
  let answer: RawAnswer | undefined
  try {
    return await untilSettled<RawAnswer>(
      (resolve, reject) => {
        const send = url.startsWith('https:') ? tlsRequest : plainRequest
        const sent = send(url, {
          method: 'POST',
          agent: false,
          headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' },
        })
        sent.on('error', reject)
        sent.on('response', (response: IncomingMessage) => {
          const status = response.statusCode ?? 0
          const settle = () => resolve(answer ?? { status, body: '' })
          let bytes = Buffer.alloc(0)
          answer = { status, body: '' }
          response.on('data', (chunk: Buffer) => {
            bytes = Buffer.concat([bytes, chunk.subarray(0, maxAnswerBytes - bytes.length)])
            answer = { status, body: bytes.toString('utf8') }
            if (bytes.length >= maxAnswerBytes) settle()
          })
          response.on('end', settle).on('error', settle).on('close', settle)
        })
        sent.end(body)
        return () => sent.destroy()
      },
      { signal },
    )
  } catch (error) {
    if (answer) return answer
    throw error
  }
}
