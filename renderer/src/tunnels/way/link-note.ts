import type { ErrorCode } from '@nps-desktop/electron/contract'

/** The word on the link into a stop that failed. */
export type LinkNote =
  | 'refused'
  | 'noAnswer'
  | 'offline'
  | 'closed'
  | 'taken'
  | 'changed'
  | 'denied'
  | 'wrong'
  | 'failed'

const notes: Partial<Record<ErrorCode, LinkNote>> = {
  'target-refused': 'refused',
  'target-timeout': 'noAnswer',
  'target-unreachable': 'noAnswer',
  'target-unknown-host': 'noAnswer',
  'target-denied': 'denied',
  'agent-offline': 'offline',
  'agent-silent': 'noAnswer',
  'client-disabled': 'denied',
  'fingerprint-changed': 'changed',
  'server-identity-changed': 'changed',
  'wrong-admin-key': 'denied',
  'relay-unreachable': 'noAnswer',
  'server-silent': 'noAnswer',
  'relay-stopped': 'refused',
  'relay-slow': 'noAnswer',
  'stock-relay': 'wrong',
  'not-a-relay': 'wrong',
  'ports-blocked-somewhere': 'noAnswer',
  'ports-blocked-by-security-group': 'noAnswer',
  'ports-blocked-by-host-firewall': 'closed',
  'bridge-blocked': 'noAnswer',
  'tunnel-stopped': 'closed',
  'port-taken': 'taken',
  'laptop-offline': 'offline',
  'service-wrong': 'wrong',
  'service-silent': 'noAnswer',
  'service-local-only': 'denied',
  timeout: 'noAnswer',
}

export function linkNote(code: ErrorCode): LinkNote {
  return notes[code] ?? 'failed'
}
