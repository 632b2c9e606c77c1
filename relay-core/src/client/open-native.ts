import { hostname } from 'node:os'
import { RelayLink } from '../native/relay-link.ts'
import { parseHostPort } from '../transport/host-port.ts'
import { AgentIdentity } from './agent-identity.ts'
import { SharedFolders } from './files/shared-folders.ts'
import type { KnownKey } from './known-key.ts'
import type { ConnectionOptions, RelayConnection } from './relay-connection.ts'
import { serveKinds } from './serve-kinds.ts'

/** Rejects with what `RelayLink.open` rejects with. */
export async function openNative(
  options: ConnectionOptions,
  known: KnownKey,
  { signal }: { signal: AbortSignal },
): Promise<RelayConnection> {
  const { server, vkey, proxy, dialPolicy: policy, log } = options
  const { identity = new AgentIdentity({ folder: undefined, log }), shared = new SharedFolders([]) } = options
  const own = await identity.get()
  const link = await RelayLink.open({
    ...parseHostPort(server, 'server'),
    proxy,
    vkey: vkey.reveal(),
    hostname: hostname(),
    checkFingerprint: (fingerprint) => known.check(fingerprint),
    ownFingerprint: own.fingerprint,
    serve: serveKinds({ policy, identity: own, shared, log }),
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
