import type { RelayConfig } from '../config/relay/relay-config.ts'
import type { Log } from '../log/log.ts'
import type { OwnPorts } from './own-ports.ts'
import type { SeenKey } from '../api/relay-status-models.ts'
import { RelayError } from '../api/errors.ts'
import { DirectLinks } from './rendezvous/direct-links.ts'
import { lendSeenKey } from './rendezvous/lend-seen-key.ts'
import { Rendezvous } from './rendezvous/rendezvous.ts'
import { SeenKeys } from './rendezvous/seen-keys.ts'

/** What the relay does for direct links between visitors and agents. */
export interface OpenRendezvous extends Disposable {
  /** Undefined: they are switched off. */
  readonly directLinks: DirectLinks | undefined
  /** A key for those ports, good until the signal. @throws RelayError `not-possible-here`, `limit-reached` */
  seenKey(signal: AbortSignal | undefined): AsyncGenerator<SeenKey, void, void>
  /** Answers at the UDP ports beside the bridge's, once that is open and the tunnels have theirs. */
  listen(): Promise<void>
}

export function openRendezvous({
  config,
  ownPorts,
  log,
  now,
}: {
  config: () => RelayConfig
  ownPorts: OwnPorts
  log: Log
  now: () => number
}): OpenRendezvous {
  const { hasDirectLinks, bridgeIp: host } = config()
  if (!hasDirectLinks)
    return {
      directLinks: undefined,
      seenKey: () => {
        throw new RelayError('not-possible-here', 'Direct links are off: see direct_links in nps.conf.')
      },
      listen: () => Promise.resolve(),
      [Symbol.dispose]: () => undefined,
    }
  const keys = new SeenKeys()
  const rendezvous = new Rendezvous(keys, { host, log, now })
  const directLinks = new DirectLinks(keys, () => rendezvous.port)
  return {
    directLinks,
    seenKey: (signal) => lendSeenKey(keys, rendezvous.ports, signal),
    listen: async () => {
      directLinks.begin()
      await rendezvous.listen(ownPorts.bridge)
    },
    [Symbol.dispose]: () => rendezvous.close(),
  }
}
