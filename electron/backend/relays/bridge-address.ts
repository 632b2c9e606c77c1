import { formatHostPort } from '@nps-desktop/relay-core/address'
import type { RelayRecord } from '../storage/records.ts'

/** Where agents and visitors dial a relay: `host:port`, an IPv6 host in brackets. */
export function bridgeAddress({ host, bridgePort }: Pick<RelayRecord, 'host' | 'bridgePort'>): string {
  return formatHostPort({ host, port: bridgePort })
}
