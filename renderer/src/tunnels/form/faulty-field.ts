import type { ErrorCode, Failure } from '@nps-desktop/electron/contract'
import { takesSetting, tunnelModes } from '@nps-desktop/relay-core/api'
import type { TunnelMode } from '@nps-desktop/relay-core/api'
import type { DraftField } from './tunnel-draft.ts'

const portCodes: ReadonlySet<ErrorCode> = new Set([
  'port-taken',
  'port-not-allowed',
  'port-forbidden',
  'no-free-port',
  'laptop-port-taken',
  'no-laptop-port',
  'ports-blocked-by-host-firewall',
  'ports-blocked-by-security-group',
  'ports-blocked-somewhere',
])
const targetCodes: ReadonlySet<ErrorCode> = new Set([
  'target-refused',
  'target-timeout',
  'target-unreachable',
  'target-unknown-host',
  'target-denied',
  'target-missing',
  'target-not-allowed',
  'folder-not-shared',
  'service-wrong',
  'service-silent',
  'service-local-only',
])

/** The field that a failure is about, in the form of this mode; null: it is about none. */
export function faultyField({ code }: Pick<Failure, 'code'>, mode: TunnelMode): DraftField | null {
  const { port, hasTarget } = tunnelModes[mode]
  if (portCodes.has(code)) return port === null ? null : 'port'
  if (targetCodes.has(code)) return hasTarget ? 'target' : takesSetting(mode, 'folder') ? 'folder' : null
  return (code === 'host-not-allowed' || code === 'hosts-off') && takesSetting(mode, 'host')
    ? 'hostName'
    : null
}
