import { RelayError } from '../api/errors.ts'
import { untilSettled } from '../async/wait/until-settled.ts'
import type { Target } from '../session/agent-session.ts'
import { formatHostPort } from '../net/address/host-port.ts'
import type { MuxStream } from './mux/mux-stream.ts'

/**
 * An agent that could not reach the target closes the stream after reading the request and nothing more. A target
 * that hangs up before it reads or says anything looks the same, and to the visitor it is the same.
 */
export function notReached(
  stream: MuxStream,
  target: Target,
  { requestBytes, timeoutMs }: { requestBytes: number; timeoutMs: number },
): () => Error | undefined {
  const startedAtMs = performance.now()
  const name = formatHostPort(target)
  return () => {
    if (stream.bytesReceived > 0 || stream.bytesReadByPeer > requestBytes || stream.writableEnded)
      return undefined
    return performance.now() - startedAtMs < timeoutMs
      ? new RelayError(
          'target-refused',
          `The lab box could not reach ${name}: is the service running there?`,
          { ...target },
        )
      : new RelayError('target-timeout', `${name} did not answer within ${timeoutMs / 1000} s.`, {
          ...target,
        })
  }
}

/** Fulfils when the stream brings data or lives on for `ms`; rejects with its error, or the signal's reason. */
export function survives(stream: MuxStream, ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
  if (stream.errored) return Promise.reject(stream.errored)
  // nobody waits any more, so nobody else will end it
  if (signal.aborted) stream.destroy()
  return untilSettled<void>(
    (resolve, reject) => {
      const timer = setTimeout(resolve, ms)
      const onReadable = () => resolve()
      const fail = (error: unknown) => {
        stream.destroy()
        reject(error)
      }
      stream.on('readable', onReadable).on('error', fail)
      return (isGivenUp) => {
        clearTimeout(timer)
        stream.off('readable', onReadable).off('error', fail)
        if (isGivenUp) stream.destroy()
      }
    },
    { signal },
  )
}
