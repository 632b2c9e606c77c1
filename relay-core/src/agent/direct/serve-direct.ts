import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import type { Clock } from '../../async/time/clock.ts'
import { every } from '../../async/time/every.ts'
import { openAgentLink } from '../../direct/link/agent-link.ts'
import type { DirectLink } from '../../direct/link/direct-link.ts'
import { SeekLimits } from '../../direct/link/seek-limits.ts'
import { packetClock } from '../../direct/packets/packet-clock.ts'
import type { KindServer } from '../../native/carriers/serve-carrier.ts'
import type { PrivateAcceptor } from '../../native/private-link.ts'
import { hostOf } from '../../net/address/plain-address.ts'
import { maxUseBytes, type DirectUse } from '../../wire/direct-messages.ts'
import type { Open } from '../../wire/messages.ts'
import { StreamServer, type DirectUseCount, type StreamServerOptions } from './stream-server.ts'

/** What this agent takes part in at a time. */
const maxLinks = 16

/** How soon one visitor may have another link arranged. */
const arrangementIntervalMs = 10_000

const reportIntervalMs = 1_000

export interface ServeDirectOptions extends StreamServerOptions {
  readonly acceptor: Pick<PrivateAcceptor, 'accept' | 'acceptDirectly'>
  /** The relay's address, as this machine's connection to it has it; undefined where there is none, as behind a proxy. */
  readonly relayAddress: () => string | undefined
  readonly mayGuess: boolean
  /** Tells the relay what has gone past it. */
  readonly onUse: (use: DirectUse) => void
  /** One that is never set back; the system's, except in tests. */
  readonly clock?: Clock
}

/** Takes part in direct links: their streams lead to the target that the relay has named, for whoever knows the tunnel's password. */
export function directServer(options: ServeDirectOptions): KindServer {
  const { relayAddress, clock = packetClock } = options
  const limits = new SeekLimits({ clock })
  const streams = new StreamServer(options)
  let linkCount = 0
  const arrangedAtMs = new Map<string, number>()
  return (open) => {
    const relay = relayAddress()
    const { seenFrom, verifier } = open
    if (relay === undefined || !seenFrom || !verifier)
      return refuse('mode-unsupported', 'This npc takes part in no direct links.')
    const visitor = `${hostOf(open.visitor)} ${Buffer.from(verifier).toString('hex')}`
    const nowMs = clock.now()
    for (const [one, atMs] of arrangedAtMs)
      if (atMs <= nowMs - arrangementIntervalMs) arrangedAtMs.delete(one)
    if (linkCount >= maxLinks || arrangedAtMs.size >= maxLinks || arrangedAtMs.has(visitor))
      return refuse('target-denied', 'This npc takes part in as many direct links as it may.')
    arrangedAtMs.set(visitor, nowMs)
    linkCount += 1
    const end = () => {
      linkCount -= 1
    }
    return Promise.resolve({
      join: (stream) =>
        void serve(stream, { ...options, streams, open, verifier, relay, visitor, limits }).finally(end),
      abandon: end,
    })
  }
}

function refuse(code: 'mode-unsupported' | 'target-denied', message: string): Promise<never> {
  return Promise.reject(new RelayError(code, message))
}

interface Served extends ServeDirectOptions {
  readonly streams: StreamServer
  readonly open: Open
  readonly verifier: Uint8Array
  readonly relay: string
  /** By its address and what it knows. */
  readonly visitor: string
  readonly limits: SeekLimits
}

/** Fulfils when the link has ended. Never rejects. */
async function serve(
  stream: Duplex,
  { streams, open, verifier, relay, visitor, limits, ...options }: Served,
): Promise<void> {
  const { acceptor, mayGuess, onUse, log } = options
  const { seenFrom } = open
  if (!seenFrom) return
  try {
    const channel = await acceptor.acceptDirectly(stream, { verifier, signal: new AbortController().signal })
    const use: DirectUseCount = { downBytes: 0, upBytes: 0 }
    const link: DirectLink = openAgentLink({
      channel,
      seenFrom,
      relay,
      mayGuess,
      visitor,
      limits,
      onStream: (one) => void streams.serve(one, { link, open, verifier, use }),
      log,
    })
    using _reporting = every(reportIntervalMs, () => report(use, seenFrom.id, onUse))
    await link.carry.closed
    report(use, seenFrom.id, onUse)
  } catch (error) {
    log.warn('a private visitor was turned away', { visitor: open.visitor, reason: error })
  }
}

function report(use: DirectUseCount, id: Uint8Array, onUse: (use: DirectUse) => void): void {
  if (use.downBytes === 0 && use.upBytes === 0) return
  const downBytes = Math.min(use.downBytes, maxUseBytes)
  const upBytes = Math.min(use.upBytes, maxUseBytes)
  use.downBytes -= downBytes
  use.upBytes -= upBytes
  onUse({ id, downBytes, upBytes })
}
