import { RelayError } from '../../api/errors.ts'
import type { ControlEnd } from './control-link.ts'

/** Why an agent's link has ended, for its log and its state. */
export function explainEnd({ said, silent, error }: ControlEnd): RelayError {
  switch (said?.reason) {
    case 'replaced':
      return replacedBy(said?.by ?? 'another machine')
    case 'disabled':
      return new RelayError(
        'client-disabled',
        'This client was switched off on the relay. Switch it on there.',
      )
    case 'removed':
      return new RelayError(
        'not-found',
        'This client was removed from the relay. Add it again and start npc with its command.',
      )
    case undefined:
      break
    default:
      return new RelayError('relay-unreachable', `The relay ended the link (${said?.reason}).`)
  }
  if (silent) return new RelayError('agent-silent', 'The relay has not been heard of for nine seconds.')
  return new RelayError(
    'relay-unreachable',
    `The link to the relay was lost (${error?.message ?? 'closed by the relay'}).`,
  )
}

/** Another npc took this one's place. `by`: where from, as the relay says. */
export function replacedBy(by: string): RelayError {
  return new RelayError(
    'agent-replaced',
    `Another npc has come online with the same vkey, from ${by}, and has taken the place of this one, which comes back when the other one is gone. Stop one of the two, or give each its own client.`,
    { by },
  )
}
