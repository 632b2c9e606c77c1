import { systemClock, type Clock } from '../../async/time/clock.ts'
import { DirectLink, type DirectLinkOptions } from './direct-link.ts'

/** How often a visitor can have the agent send probes: two attempts, in two manners, follow each other. */
const attemptLimit = { most: 2, windowMs: 10_000 } as const

/** An agent's end of a direct link: it looks for a way when the visitor does. */
export function openAgentLink(
  options: Omit<DirectLinkOptions, 'role'>,
  { clock = systemClock }: { clock?: Clock } = {},
): DirectLink {
  const { channel, log } = options
  const link = new DirectLink({ ...options, role: 'agent' })
  const beganAtMs: number[] = []
  channel.onCandidates = (theirs) => {
    const nowMs = clock.now()
    while (beganAtMs[0] !== undefined && beganAtMs[0] <= nowMs - attemptLimit.windowMs) beganAtMs.shift()
    if (beganAtMs.length >= attemptLimit.most) return
    beganAtMs.push(nowMs)
    const { attempt, beginsUnseen } = theirs
    const exchange: Parameters<DirectLink['seek']>[0]['exchange'] = (own) => {
      channel.send(own)
      return Promise.resolve(theirs)
    }
    link
      .seek({ attempt, beginsUnseen, exchange })
      .catch((error: unknown) => log.debug('direct way not looked for', { reason: error }))
  }
  return link
}
