import { RelayError, type RelayErrorCode } from '../api/errors.ts'

/**
 * `soon`: within about a second, and within four after some minutes. `steadily`: every five seconds or so, as stock
 * agents do, because only a person can fix it and wants to see that it is fixed. `politely`: after half a minute to
 * five, because another agent is online for the client.
 */
export type RetryRule = 'soon' | 'steadily' | 'politely' | 'give-up'

/** Everything that can end the agent's link, or prevent it. */
export type LinkFailureCode = Extract<
  RelayErrorCode,
  | 'relay-unreachable'
  | 'agent-silent'
  | 'handshake-timeout'
  | 'too-many-connections'
  | 'wrong-key'
  | 'client-disabled'
  | 'client-in-use'
  | 'version-unsupported'
  | 'not-found'
  | 'config-invalid'
  | 'agent-replaced'
  | 'fingerprint-changed'
>

/** Why the agent has no link: a code of the closed list, and the sentence for the log and the screen. */
export interface LinkFailure {
  readonly code: LinkFailureCode
  readonly message: string
}

/**
 * A lab box that nobody can reach must not stay away forever because its relay was down, being updated, or restored
 * from an older copy for an hour, nor because a copy of its disk was started somewhere. Only a relay that proves another key ends
 * the agent: it must not talk to that one.
 */
export const retryRule: Record<LinkFailureCode, RetryRule> = {
  'relay-unreachable': 'soon',
  'agent-silent': 'soon',
  'handshake-timeout': 'soon',
  'too-many-connections': 'soon',
  'wrong-key': 'steadily',
  'client-disabled': 'steadily',
  'client-in-use': 'politely',
  'version-unsupported': 'steadily',
  'not-found': 'steadily',
  'config-invalid': 'steadily',
  'agent-replaced': 'politely',
  'fingerprint-changed': 'give-up',
}

/** What an error of the link means to the agent. */
export function asLinkFailure(error: unknown): LinkFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof RelayError && isLinkFailureCode(error.code) ? error.code : 'relay-unreachable'
  return { code, message }
}

function isLinkFailureCode(code: string): code is LinkFailureCode {
  return Object.hasOwn(retryRule, code)
}
