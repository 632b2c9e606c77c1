import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import type { DirectChannel } from '../../native/direct-channel.ts'
import type { Candidates, SeenFrom } from '../../wire/direct-messages.ts'
import { CarryLink } from '../carry/carry-link.ts'
import { streamWay } from '../packets/stream-way.ts'
import { probeKeys } from '../punch/probe-keys.ts'
import type { RelayAddresses } from '../punch/relay-addresses.ts'
import { seekWay, type SeenNetworks } from '../punch/seek-way.ts'

export interface DirectLinkOptions {
  readonly role: 'visitor' | 'agent'
  readonly channel: DirectChannel
  readonly seenFrom: SeenFrom
  /** The relay's address, as this side's connection to it has it. */
  readonly relay: string
  /** All of the relay's, as far as they are known. */
  readonly relayAddresses: RelayAddresses
  /** Its owner lets this side guess ports, or have them guessed. */
  readonly mayGuess: boolean
  /** Whether the link may go on directly although its stream by the relay has ended; asked then. */
  readonly mayOutlive: () => boolean
  /** Packets go the other way from now on. */
  readonly onWay?: (way: 'relay' | 'direct') => void
  readonly onStream: (stream: Duplex) => void
  /** Called once for each attempt to find a way. */
  readonly onNetworks?: ((seen: SeenNetworks) => void) | undefined
  readonly log: Log
}

/** One attempt of both ends to open a direct way. */
interface Attempt extends Pick<Candidates, 'attempt' | 'beginsUnseen'> {
  /** Sends this side's candidates and fulfils with the peer's. */
  readonly exchange: (own: Candidates) => Promise<Candidates>
}

/**
 * Many streams between a visitor and an agent, by the relay until there is a direct way, and again when that falls silent. Unless it may outlive it, it
 * ends with its stream by the relay.
 */
export class DirectLink {
  readonly carry: CarryLink
  readonly #options: DirectLinkOptions
  readonly #ended = new AbortController()
  /** The keys of the probes are the link's, so what was heard in one attempt is known in the next. */
  readonly #heard = new Map<string, string>()

  constructor(options: DirectLinkOptions) {
    const { role, channel, mayOutlive, onStream, onWay, log } = options
    this.#options = options
    this.carry = new CarryLink({
      secret: channel.packetSecret,
      role,
      relay: streamWay(channel.stream),
      onStream,
      onWay: (way) => {
        const roundTripMs = Math.round(this.carry.roundTripMs)
        if (way === 'direct') log.info('private tunnel', { way, roundTripMs })
        else log.info('private tunnel', { way: 'by the relay', reason: 'the direct way has fallen silent' })
        onWay?.(way)
      },
    })
    void this.carry.closed.then(() => this.#ended.abort(new Error('the direct link has ended')))
    // What ended it may have come with the last word of the handshake.
    if (channel.stream.destroyed) this.carry.close()
    else
      channel.stream.once('close', () => {
        if (!mayOutlive()) this.carry.close()
      })
  }

  /** Fires when the link has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /**
   * Fulfils with whether a way was found, which is used once the first packet has come back on it. Rejects as `exchange` does, or when
   * the link ends.
   */
  async seek({ attempt, beginsUnseen, exchange }: Attempt): Promise<boolean> {
    const { role, channel, seenFrom, relay, relayAddresses, mayGuess, onNetworks } = this.#options
    const way = await seekWay({
      role,
      keys: probeKeys(channel.probeSecret, role),
      heard: this.#heard,
      seenFrom,
      relay,
      relayAddresses,
      mayGuess,
      attempt,
      beginsUnseen,
      exchange,
      onNetworks,
      signal: this.#ended.signal,
    })
    if (way) this.carry.offerDirect(way)
    return way !== undefined
  }
}
