import { allowedTargets } from '../config/agent/allowed-targets.ts'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { AgentInstance } from '../native/agent-instance.ts'
import { NativeAgentLink } from '../native/native-agent-link.ts'
import { SurvivingLinks } from '../native/survival/surviving-links.ts'
import { parseHostPort } from '../net/address/host-port.ts'
import { idLength } from '../wire/hello-messages.ts'
import { HeldLinks } from './direct/held-links.ts'
import { AgentIdentity } from './agent-identity.ts'
import { SharedFolders } from './files/shared-folders.ts'
import { HealthWatch } from './health/health-watch.ts'
import { readWatched } from './watched/read-watched.ts'
import type { KnownKey } from '../pins/known-key.ts'
import type { ConnectionOptions, AgentConnection } from './agent-connection.ts'
import { refusedSections, tellRefused, type RefusedSection } from './refused-section.ts'
import { serveKinds } from './serve-kinds.ts'

/** Rejects with what `RelayLink.open` rejects with. */
export async function openNative(
  options: ConnectionOptions,
  known: KnownKey,
  { signal }: { signal: AbortSignal },
): Promise<AgentConnection> {
  const { server, vkey, proxy, dialPolicy: policy = allowedTargets(null), compression = 'yes', log } = options
  const packs = compression === 'yes'
  const { instance = newInstance() } = options
  const { identity = new AgentIdentity({ folder: undefined, log }), shared = new SharedFolders([]) } = options
  const { host, port } = parseHostPort(server, 'server')
  const { links = new HeldLinks({ relayHost: host }) } = options
  const own = await identity.get()
  let held: NativeAgentLink | undefined
  const link = await NativeAgentLink.open({
    host,
    port,
    proxy,
    vkey: vkey.reveal(),
    hostname: hostname(),
    checkFingerprint: (fingerprint) => known.check(fingerprint),
    ownFingerprint: own.fingerprint,
    instance,
    origin: options.origin,
    serve: serveKinds({
      policy,
      identity: own,
      shared,
      direct: {
        // Through a proxy nothing but TCP goes, and what goes past it the owner does not want.
        relayAddress: () => (proxy || options.direct === 'no' ? undefined : held?.remoteAddress),
        mayGuess: options.direct === 'guess',
        links,
        served: options.servedLinks,
      },
      listening:
        options.discover === false
          ? null
          : async () => {
              const { readListening } = await import('./listening/read-listening.ts')
              return readListening({ account: options.origin?.account ?? '', policy })
            },
      watched: options.discover === false ? null : (question) => readWatched(question),
      packs,
      log,
    }),
    onUnlink: (id) => links.unlink(id),
    onReached: (address) => links.relay.reachedAt(address),
    packs,
    log,
    signal,
  })
  held = link
  links.relay.reachedAt(link.remoteAddress)
  const pinned = known.remember(link.fingerprint).catch((error: unknown) => {
    log.error('the relay could not be pinned: after a restart any key would be taken', { reason: error })
  })
  let refused: readonly RefusedSection[]
  try {
    refused = await bringAlong(link, options, signal)
  } catch (error) {
    link.close()
    throw error
  }
  // Not before: what this agent brings along was not there at a relay that has restarted.
  links.begin(link)
  void link.closed.then(() => links.over(link))
  return {
    closed: link.closed.then(async (reason) => {
      await pinned
      return reason
    }),
    refused,
    leftover: link,
    close: () => link.close(),
    onNetworkChange: () => link.onNetworkChange(),
  }
}

/** The instance of a program that has just started. */
export function newInstance(): AgentInstance {
  return {
    id: randomBytes(idLength),
    isDisplaced: false,
    wasBehindPortal: false,
    survivors: new SurvivingLinks(),
    carriers: 0,
  }
}

/** The tunnels and the health checks of npc.conf; fulfils with what the relay refuses, which does not hold up the others. */
async function bringAlong(
  link: NativeAgentLink,
  { server, configuration, log }: ConnectionOptions,
  signal: AbortSignal,
): Promise<readonly RefusedSection[]> {
  if (!configuration) return []
  const { decodePushedOutcome, encodePushedDocument } =
    await import('../stock/configuration/pushed-document.ts')
  const answer = await link.configure(encodePushedDocument(configuration), { signal })
  const refused = refusedSections(configuration, decodePushedOutcome(answer))
  tellRefused(refused, { server, log })
  const { healthChecks: checks } = configuration
  if (checks.length === 0) return refused
  const watch = new HealthWatch({ checks, report: (health) => link.report(health), log })
  watch.start()
  void link.closed.then(() => watch.stop())
  return refused
}
