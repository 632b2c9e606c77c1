import { hostname } from 'node:os'
import { RelayLink } from '../native/relay-link.ts'
import { parseHostPort } from '../transport/host-port.ts'
import type { KnownRelay } from './known-relay.ts'
import type { ConnectionOptions, RelayConnection } from './relay-connection.ts'
import { serveKinds } from './serve-kinds.ts'

/** Rejects with what `RelayLink.open` rejects with. */
export async function openNative(
  { server, vkey, proxy, dialPolicy: policy, log }: ConnectionOptions,
  known: KnownRelay,
  { signal }: { signal: AbortSignal },
): Promise<RelayConnection> {
  const link = await RelayLink.open({
    ...parseHostPort(server, 'server'),
    proxy,
    vkey: vkey.reveal(),
    hostname: hostname(),
    checkFingerprint: (fingerprint) => known.check(fingerprint),
    serve: serveKinds({ policy }),
    log,
    signal,
  })
  const pinned = known.remember(link.fingerprint).catch((error: unknown) => {
    log.error('the relay could not be pinned: after a restart any key would be taken', { reason: error })
  })
  return {
    closed: link.closed.then(async (reason) => {
      await pinned
      return reason
    }),
    close: () => link.close(),
  }
}
