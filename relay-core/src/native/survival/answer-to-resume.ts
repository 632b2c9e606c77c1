import { until } from '../../async/wait/until.ts'
import { frameType } from '../../wire/frame.ts'
import { decodeRefused } from '../../wire/hello-messages.ts'
import { decodeResumed } from '../../wire/survival-messages.ts'
import type { FramedSocket } from '../carriers/framed-socket.ts'
import type { SurvivingLink } from './surviving-link.ts'

/** How long the relay may take to answer a connection that resumes a carrier. */
const answerTimeoutMs = 8_000

/**
 * Starts `framed`, whose hello has been sent, and lets `link` go on over it, or ends the link if the relay does not have it any more.
 * Rejects, and ends the connection, when the relay has said neither: another attempt may succeed.
 */
export async function answerToResume(
  link: SurvivingLink,
  framed: FramedSocket,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const answer = Promise.withResolvers<void>()
  framed.receiver = {
    onMessage: (type, body) => {
      if (type === frameType.resumed) link.goOn(framed, decodeResumed(body))
      else if (type === frameType.refused && isFinal(decodeRefused(body).code)) link.onDropped()
      else throw new Error('the relay does not resume a carrier now')
      answer.resolve()
    },
    onData: () => framed.destroy(),
  }
  void framed.closed.then((error) => answer.reject(error ?? new Error('closed')))
  framed.start()
  try {
    await until(answer.promise, {
      signal,
      timeoutMs: answerTimeoutMs,
      onTimeout: () => new Error('no answer'),
    })
  } catch (error) {
    framed.destroy()
    throw error
  }
}

/** Another attempt would hear the same. The last two: of a visitor whose tunnel has been closed to it. */
function isFinal(code: string): boolean {
  return code === 'not-found' || code === 'wrong-password' || code === 'address-denied'
}
