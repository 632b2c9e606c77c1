import type { Duplex } from 'node:stream'
import type { Log } from '../../log/log.ts'
import type { DirectChannel } from '../../native/direct-channel.ts'
import type { Candidates, SeenFrom } from '../../wire/direct-messages.ts'
import { CarryLink } from '../carry/carry-link.ts'
import { streamWay } from '../packets/stream-way.ts'
import { probeKeys } from '../punch/probe-keys.ts'
import { seekWay } from '../punch/seek-way.ts'

export interface DirectLinkOptions {
  readonly role: 'visitor' | 'agent'
  readonly channel: DirectChannel
  readonly seenFrom: SeenFrom
  /** The relay's address, as this side's connection to it has it. */
  readonly relay: string
  /** Its owner lets this side guess ports, or have them guessed. */
  readonly mayGuess: boolean
  readonly onStream: (stream: Duplex) => void
  readonly log: Log
}

/** One attempt of both ends to open a direct way. */
interface Attempt extends Pick<Candidates, 'attempt' | 'beginsUnseen'> {
  /** Sends this side's candidates and fulfils with the peer's. */
  readonly exchange: (own: Candidates) => Promise<Candidates>
}

/**
 * Many streams between a visitor and an agent, by the relay until there is a direct way, and again when that falls silent. It ends with its
 * stream by the relay, so that the relay, which has introduced the two, can end it.
 */
export class DirectLink {
  readonly carry: CarryLink
  readonly #options: DirectLinkOptions
  readonly #ended = new AbortController()

  constructor(options: DirectLinkOptions) {
    const { role, channel, onStream, log } = options
    this.#options = options
    this.carry = new CarryLink({
      secret: channel.packetSecret,
      role,
      relay: streamWay(channel.stream),
      onStream,
      onWay: (way) => log.info('private tunnel', { way: way === 'direct' ? 'direct' : 'by the relay' }),
    })
    void this.carry.closed.then(() => this.#ended.abort(new Error('the direct link has ended')))
    // What ended it may have come with the last word of the handshake.
    if (channel.stream.destroyed) this.carry.close()
    else channel.stream.once('close', () => this.carry.close())
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
    const { role, channel, seenFrom, relay, mayGuess } = this.#options
    const way = await seekWay({
      role,
      keys: probeKeys(channel.probeSecret, role),
      seenFrom,
      relay,
      mayGuess,
      attempt,
      beginsUnseen,
      exchange,
      signal: this.#ended.signal,
    })
    if (way) this.carry.offerDirect(way)
    return way !== undefined
  }
}
