/**
 * Every expected way in which a call to the relay, or opening a stream, can fail.
 * docs/errors.md has a heading for each; the UI translates by code and `params`.
 */
export const relayErrorCodes = [
  // streams: what became of the target, as the agent saw it
  'target-refused',
  'target-timeout',
  'target-unreachable',
  'target-unknown-host',
  'target-denied',
  'target-missing',
  // agents
  'agent-offline',
  'agent-replaced',
  'agent-silent',
  'agent-outdated',
  // handshake
  'wrong-key',
  'wrong-admin-key',
  'wrong-password',
  'fingerprint-changed',
  'agent-fingerprint-changed',
  'agent-unproved',
  'client-disabled',
  'client-in-use',
  'version-unsupported',
  'handshake-timeout',
  'too-many-connections',
  // tunnels
  'port-taken',
  'port-not-allowed',
  'port-forbidden',
  'no-free-port',
  'tunnel-stopped',
  'mode-unsupported',
  // direct links: why there is none
  'direct-off',
  'direct-limited',
  'direct-declined',
  // limits of a tunnel or a client
  'quota-used',
  'expired',
  'address-denied',
  'hosts-off',
  'host-not-allowed',
  'certificate-invalid',
  // calls
  'not-found',
  'already-exists',
  'invalid-input',
  'login-required',
  'login-failed',
  'login-locked',
  'config-invalid',
  'config-changed',
  'disk-full',
  'state-locked',
  'state-unwritable',
  'not-possible-here',
  'relay-unreachable',
  'relay-answer-invalid',
  'timeout',
  'limit-reached',
] as const

export type RelayErrorCode = (typeof relayErrorCodes)[number]

/** The code that a peer has told, if it is one of ours: a newer or hostile one may tell anything. */
export function knownErrorCode(told: unknown): RelayErrorCode | undefined {
  return relayErrorCodes.find((code) => code === told)
}

/** Values that a text about the failure needs: names, ports, addresses; never a secret. */
export type FailureParams = Record<string, string | number>

/** An expected failure: a code from the closed list, an English sentence, and the values in it. */
export class RelayError extends Error {
  readonly code: RelayErrorCode
  readonly params: FailureParams

  constructor(code: RelayErrorCode, message: string, params: FailureParams = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RelayError'
    this.code = code
    this.params = params
  }
}
