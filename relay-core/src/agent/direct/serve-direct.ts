import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import { every } from '../../async/time/every.ts'
import { openAgentLink } from '../../direct/link/agent-link.ts'
import type { DirectLink } from '../../direct/link/direct-link.ts'
import type { KindServer } from '../../native/carriers/serve-carrier.ts'
import type { PrivateAcceptor } from '../../native/private-link.ts'
import { hostOf } from '../../net/address/plain-address.ts'
import type { Open } from '../../wire/stream-messages.ts'
import type { HeldLink, HeldLinks } from './held-links.ts'
import type { ServedLinks } from './served-links.ts'
import { StreamServer, type StreamServerOptions } from './stream-server.ts'
import { UseCount } from './use-count.ts'

const reportIntervalMs = 1_000

export interface ServeDirectOptions extends StreamServerOptions {
  readonly acceptor: Pick<PrivateAcceptor, 'accept' | 'acceptDirectly'>
  /** The relay's address, as this machine's connection to it has it; undefined where there is none, as behind a proxy. */
  readonly relayAddress: () => string | undefined
  readonly mayGuess: boolean
  /** Over all sessions of this program. */
  readonly links: HeldLinks
  /** Where its links are listed for its owner. */
  readonly served?: ServedLinks | undefined
}

/** Takes part in direct links: their streams lead to the target that the relay has named, for whoever knows the tunnel's password. */
export function directServer(options: ServeDirectOptions): KindServer {
  const { relayAddress, links } = options
  const streams = new StreamServer(options)
  return (open) => {
    const relay = relayAddress()
    const { seenFrom, verifier } = open
    if (relay === undefined || !seenFrom || !verifier)
      return refuse('direct-declined', 'This npc takes part in no direct links.')
    const visitor = `${hostOf(open.visitor)} ${Buffer.from(verifier).toString('hex')}`
    const place = links.places.take(visitor)
    if (!place) return refuse('target-denied', 'This npc takes part in as many direct links as it may.')
    const end = () => place[Symbol.dispose]()
    return Promise.resolve({
      join: (stream) =>
        void serve(stream, { ...options, streams, open, verifier, relay, visitor }).finally(end),
      abandon: end,
    })
  }
}

function refuse(code: 'direct-declined' | 'target-denied', message: string): Promise<never> {
  return Promise.reject(new RelayError(code, message))
}

interface Served extends ServeDirectOptions {
  readonly streams: StreamServer
  readonly open: Open
  readonly verifier: Uint8Array
  readonly relay: string
  /** By its address and what it knows. */
  readonly visitor: string
}

/** Fulfils when the link has ended. Never rejects. */
async function serve(
  stream: Duplex,
  { streams, open, verifier, relay, visitor, ...options }: Served,
): Promise<void> {
  const { acceptor, mayGuess, links, served, log } = options
  const { seenFrom } = open
  if (!seenFrom) return
  try {
    const channel = await acceptor.acceptDirectly(stream, { verifier, signal: new AbortController().signal })
    const use = new UseCount()
    const link: DirectLink = openAgentLink({
      channel,
      seenFrom,
      relay,
      relayAddresses: links.relay,
      mayGuess,
      visitor,
      limits: links.seeking,
      mayOutlive: () => links.mayOutlive({ open }),
      onWay: (way) => {
        use.goes(way === 'direct')
        listed?.moved()
      },
      onStream: (one) => void streams.serve(one, { link, open, verifier, use }),
      log,
    })
    const held: HeldLink = {
      id: seenFrom.id,
      open,
      use,
      hasRelay: () => !channel.stream.destroyed,
      end: () => link.carry.close(),
    }
    links.add(held)
    using listed = served?.add(open.visitor, link.carry)
    using _reporting = every(reportIntervalMs, () => links.report(held))
    await link.carry.closed
    links.remove(held)
  } catch (error) {
    log.warn('a private visitor was turned away', { visitor: open.visitor, reason: error })
  }
}
