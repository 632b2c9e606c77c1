import { RelayError, type RelayErrorCode } from '../api/errors.ts'

/** `soon`: with jitter, from 0.2 s. `slowly`: every 20 s, because only a person can mend it. */
export type RetryRule = 'soon' | 'slowly' | 'give-up'

/** All that can end the agent's link, or keep it from beginning. */
export type LinkFailureCode = Extract<
  RelayErrorCode,
  | 'relay-unreachable'
  | 'agent-silent'
  | 'handshake-timeout'
  | 'too-many-connections'
  | 'wrong-key'
  | 'client-disabled'
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
 * A lab box that nobody can reach must not stay away for ever because its relay was down, being updated, or restored
 * from an older copy for an hour. Only two things end the agent: another one that has taken its place, with which it
 * would fight without end, and a relay that proves another key, to which it must not speak.
 */
export const retryRule: Record<LinkFailureCode, RetryRule> = {
  'relay-unreachable': 'soon',
  'agent-silent': 'soon',
  'handshake-timeout': 'soon',
  'too-many-connections': 'soon',
  'wrong-key': 'slowly',
  'client-disabled': 'slowly',
  'version-unsupported': 'slowly',
  'not-found': 'slowly',
  'config-invalid': 'slowly',
  'agent-replaced': 'give-up',
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
