import { until } from '../../async/wait/until.ts'
import type { Candidates } from '../../wire/direct-messages.ts'
import type { CarryLink } from '../carry/carry-link.ts'
import { DirectLink, type DirectLinkOptions } from './direct-link.ts'

/** How long the agent may take to say where it is. */
const answerTimeoutMs = 5_000

/** How a direct way is looked for, one method after the other. */
const manners = [{ beginsUnseen: false }, { beginsUnseen: true }] as const

/** An attempt's number is 16 bits. */
const maxAttempt = 0xffff

/** A visitor's end of a direct link. */
export interface VisitorLink {
  readonly carry: Pick<
    CarryLink,
    'isDirect' | 'hasRelay' | 'roundTripMs' | 'streamCount' | 'openStream' | 'measure' | 'close' | 'closed'
  >
  /** Looks for a way once more. Fulfils with whether there is one; rejects when the link ends, or the agent does not answer. One at a time. */
  seekAgain(): Promise<boolean>
}

/** Fulfils with a link once there is a direct way; undefined: the networks allow none. Rejects when the link ends, or the signal fires before. */
export async function openVisitorLink({
  signal,
  ...options
}: Omit<DirectLinkOptions, 'role' | 'mayOutlive' | 'onStream'> & { signal: AbortSignal }): Promise<
  VisitorLink | undefined
> {
  const { channel } = options
  const link = new DirectLink({
    ...options,
    role: 'visitor',
    // The agent knows whether it may, and ends it otherwise.
    mayOutlive: () => true,
    // Agents open none.
    onStream: (stream) => stream.destroy(),
  })
  let attempt = 0
  const seek = async () => {
    for (const manner of manners) {
      attempt = (attempt % maxAttempt) + 1
      if (await link.seek({ attempt, ...manner, exchange: exchangeBy(link, { channel, attempt }) }))
        return true
    }
    return false
  }
  const stop = () => link.carry.close()
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    if (await seek()) return { carry: link.carry, seekAgain: seek }
  } catch (error) {
    link.carry.close()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  link.carry.close()
  return undefined
}

function exchangeBy(
  link: DirectLink,
  { channel, attempt }: { channel: DirectLinkOptions['channel']; attempt: number },
): (own: Candidates) => Promise<Candidates> {
  const answer = Promise.withResolvers<Candidates>()
  channel.onCandidates = (candidates) => {
    if (candidates.attempt === attempt) answer.resolve(candidates)
  }
  return (own) => {
    channel.send(own)
    return until(answer.promise, {
      signal: link.ended,
      timeoutMs: answerTimeoutMs,
      onTimeout: () => new Error('the lab box did not say where it is'),
    })
  }
}
