import { RelayError } from '../api/errors.ts'
import { until } from '../async/wait/until.ts'
import { frameType } from '../wire/frame.ts'
import { decodeRefused, decodeWelcome, type Welcome } from '../wire/hello-messages.ts'
import type { FramedSocket } from './carriers/framed-socket.ts'

/** How long the relay may take to answer the hello: a wrong key is answered after a delay. */
const answerTimeoutMs = 8_000

/**
 * Sends the hello and hands the WELCOME to `onWelcome` at once, so that no frame behind it finds no receiver. Rejects with the
 * code with which the relay refused, `version-unsupported`, `relay-unreachable`, `handshake-timeout`, what `onWelcome`
 * throws, or the signal's reason.
 */
export function answerToHello<T>(
  framed: FramedSocket,
  hello: Uint8Array,
  signal: AbortSignal,
  onWelcome: (welcome: Welcome) => T,
): Promise<T> {
  const answer = Promise.withResolvers<T>()
  framed.receiver = {
    onMessage: (type, body) => {
      if (type === frameType.welcome) {
        try {
          answer.resolve(onWelcome(decodeWelcome(body)))
        } catch (error) {
          answer.reject(error)
        }
      } else if (type === frameType.refused) {
        const { code, message } = decodeRefused(body)
        answer.reject(new RelayError(knownRefusal(code), message))
      } else {
        answer.reject(
          new RelayError('version-unsupported', 'The relay answered in another language. Update npc or nps.'),
        )
      }
    },
    onData: () => undefined,
  }
  void framed.closed.then((error) =>
    answer.reject(
      new RelayError(
        'relay-unreachable',
        `The relay ended the connection without an answer (${error?.message ?? 'closed'}).`,
      ),
    ),
  )
  framed.start()
  framed.send(hello)
  return until(answer.promise, {
    signal,
    timeoutMs: answerTimeoutMs,
    onTimeout: () =>
      new RelayError('handshake-timeout', `The relay did not answer within ${answerTimeoutMs / 1000} s.`),
  })
}

/** The codes with which a relay refuses; another one is a newer relay's. */
const refusals = [
  'wrong-key',
  'client-disabled',
  'client-in-use',
  'version-unsupported',
  'too-many-connections',
] as const

function knownRefusal(code: string): (typeof refusals)[number] {
  return refusals.find((known) => known === code) ?? 'version-unsupported'
}
