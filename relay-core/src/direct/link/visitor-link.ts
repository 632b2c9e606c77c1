import { until } from '../../async/wait/until.ts'
import type { Candidates } from '../../wire/direct-messages.ts'
import { DirectLink, type DirectLinkOptions } from './direct-link.ts'

/** How long the agent may take to say where it is. */
const answerTimeoutMs = 5_000

/** The manners in which a way is looked for, one after the other. */
const manners = [{ beginsUnseen: false }, { beginsUnseen: true }] as const

/** A visitor's end of a direct link. Fulfils with it once there is a direct way; undefined: the networks allow none. Rejects when the link ends, or the signal fires before. */
export async function openVisitorLink({
  signal,
  ...options
}: Omit<DirectLinkOptions, 'role' | 'onStream'> & { signal: AbortSignal }): Promise<DirectLink | undefined> {
  const { channel } = options
  const link = new DirectLink({
    ...options,
    role: 'visitor',
    // Agents open none.
    onStream: (stream) => stream.destroy(),
  })
  const stop = () => link.carry.close()
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    for (const [at, manner] of manners.entries()) {
      const attempt = at + 1
      const answer = Promise.withResolvers<Candidates>()
      channel.onCandidates = (candidates) => {
        if (candidates.attempt === attempt) answer.resolve(candidates)
      }
      const exchange = (own: Candidates) => {
        channel.send(own)
        return until(answer.promise, {
          signal: link.ended,
          timeoutMs: answerTimeoutMs,
          onTimeout: () => new Error('the lab box did not say where it is'),
        })
      }
      if (await link.seek({ attempt, ...manner, exchange })) return link
    }
  } catch (error) {
    link.carry.close()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  link.carry.close()
  return undefined
}
