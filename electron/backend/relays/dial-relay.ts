import { RelayError } from '@nps-desktop/relay-core/api'
import type { ConnectRelay } from './relay-connection.ts'

/** Connects over the bridge port with the admin key. */
export const dialRelay: ConnectRelay = ({ host, port }) =>
  Promise.reject(new RelayError('relay-unreachable', `no way to ${host}:${port} yet`, { host, port }))
