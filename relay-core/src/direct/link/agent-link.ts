import { DirectLink, type DirectLinkOptions } from './direct-link.ts'
import type { SeekLimits } from './seek-limits.ts'

export interface AgentLinkOptions extends Omit<DirectLinkOptions, 'role'> {
  /** Who is at the other end, by whatever link. */
  readonly visitor: string
  /** Of all links of this agent. */
  readonly limits: SeekLimits
}

/** An agent's end of a direct link: it looks for a way when the visitor does. */
export function openAgentLink({ visitor, limits, ...options }: AgentLinkOptions): DirectLink {
  const { channel, mayGuess, log } = options
  const link = new DirectLink({ ...options, role: 'agent' })
  channel.onCandidates = (theirs) => {
    const turn = limits.begin(visitor, { wouldGuess: mayGuess && theirs.mayGuess })
    if (!turn) return
    const { attempt, beginsUnseen } = theirs
    const exchange: Parameters<DirectLink['seek']>[0]['exchange'] = (own) => {
      channel.send({ ...own, mayGuess: turn.mayGuess })
      return Promise.resolve({ ...theirs, mayGuess: turn.mayGuess })
    }
    link
      .seek({ attempt, beginsUnseen, exchange })
      .catch((error: unknown) => log.debug('direct way not looked for', { reason: error }))
      .finally(() => turn[Symbol.dispose]())
  }
  return link
}
