import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RelayError } from '../api/errors.ts'
import type { Log } from '../log/log.ts'
import { enterRelay, type StockRelay } from './enter-relay.ts'
import type { StockRole } from './messages/handshake.ts'
import { encodeHealthReport, mainFlag, mainFlagBytes, type HealthReport } from './messages/main-messages.ts'
import type { MuxStream } from './mux/mux-stream.ts'
import type { MuxLimits } from './mux/mux-limits.ts'
import { MuxSession } from './mux/mux-session.ts'
import { readExactly } from '../net/stream/read-exactly.ts'
import { readPrefixed } from './messages/read-prefixed.ts'

export interface StockLinkOptions extends StockRelay {
  /** Does what the relay asks for on a stream that it has opened. */
  readonly serveStream: (stream: MuxStream) => void
  readonly log: Log
  /** Speaks HTTP on a stream as the server of this agent's files; without it the agent serves none. */
  readonly serveFiles?: ((stream: Duplex) => void) | undefined
  readonly muxLimits?: Partial<MuxLimits>
  readonly signal: AbortSignal
}

/** An agent's link to a stock `nps`: two connections, the second with a mux on which the relay opens streams. */
export class StockLink {
  /** Fulfils with why the link ended; never rejects. */
  readonly closed: Promise<Error>
  readonly #options: StockLinkOptions
  readonly #main: Socket
  readonly #mux: MuxSession
  readonly #ended = new AbortController()
  #settleClosed: (reason: Error) => void = () => undefined

  /**
   * Rejects with `wrong-key` (also for a client that is switched off), `version-unsupported`, `handshake-timeout`,
   * `relay-unreachable`, or the signal's reason.
   */
  static async open(options: StockLinkOptions): Promise<StockLink> {
    const sockets: Socket[] = []
    const enter = async (role: StockRole) => {
      const socket = await enterRelay(role, options, options)
      sockets.push(socket)
      return socket
    }
    try {
      const main = await enter('main')
      const link = new StockLink(options, main, await enter('chan'))
      if (options.serveFiles) link.#serveFiles(await enter('file'), options.serveFiles)
      return link
    } catch (error) {
      for (const socket of sockets) socket.destroy()
      throw error
    }
  }

  private constructor(options: StockLinkOptions, main: Socket, chan: Socket) {
    this.#options = options
    this.#main = main
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve))
    this.#mux = new MuxSession({
      carrier: chan,
      onStream: options.serveStream,
      onSilence: (isSilent) => this.#onSilence(isSilent),
      ...(options.muxLimits && { limits: options.muxLimits }),
    })
    void this.#mux.closed.then(({ reason }) =>
      this.#end(new RelayError('relay-unreachable', `The link was lost: ${reason}.`)),
    )
    main.on('close', () => this.#end(new RelayError('relay-unreachable', 'The relay closed the connection.')))
    this.#mux.start()
    void this.#readFlags()
  }

  /** Round trip of the mux's pings, null before the first answer. */
  get roundTripMs(): number | null {
    return this.#mux.roundTripMs
  }

  /** Tells the relay that a target is down, or up again, so that it leaves it out or uses it again. */
  report(health: HealthReport): void {
    if (!this.#ended.signal.aborted) this.#main.write(encodeHealthReport(health))
  }

  /** Idempotent. */
  close(): void {
    this.#end(new Error('the agent was stopped'))
  }

  /**
   * A stock relay that sees its agent again ends all streams of the previous link, so while there are any the agent waits
   * for the packets to come back. Without streams nothing is lost by opening another link.
   */
  #onSilence(isSilent: boolean): void {
    const { log } = this.#options
    if (!isSilent) log.info('the relay is heard from again')
    else if (this.#mux.streamCount > 0) {
      log.warn('the relay has not been heard from for ten seconds; streams under way are kept', {
        streams: this.#mux.streamCount,
      })
    } else this.#mux.close('nothing heard for ten seconds')
  }

  /** The second mux. Without it the relay would have a complete session, except for files. */
  #serveFiles(socket: Socket, serve: (stream: Duplex) => void): void {
    const { muxLimits } = this.#options
    const mux = new MuxSession({
      carrier: socket,
      onStream: (stream) => {
        // An error is always followed by `close`.
        stream.on('error', () => undefined)
        stream.joinMessages()
        serve(stream)
      },
      ...(muxLimits && { limits: muxLimits }),
    })
    void mux.closed.then(({ reason }) =>
      this.#end(new RelayError('relay-unreachable', `The link for files was lost: ${reason}.`)),
    )
    void this.closed.then(() => mux.close('the link has ended'))
    mux.start()
  }

  #end(reason: Error): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort(reason)
    this.#mux.close(reason.message)
    this.#main.destroy()
    this.#settleClosed(reason)
  }

  async #readFlags(): Promise<void> {
    const { signal } = this.#ended
    try {
      for (;;) {
        const flag = (await readExactly(this.#main, mainFlagBytes, { signal })).toString('latin1')
        if (flag === mainFlag.replaced) {
          this.#end(
            new RelayError(
              'agent-replaced',
              'Another npc has come with the same vkey and taken this one’s place.',
            ),
          )
          return
        }
        if (flag === mainFlag.holePunching) {
          await readPrefixed(this.#main, { signal })
          await readPrefixed(this.#main, { signal })
          this.#options.log.warn(
            'a visitor asks for p2p, which this npc does not offer; stock visitors fall back to the relay',
          )
        }
      }
    } catch (cause) {
      this.#end(new RelayError('relay-unreachable', 'The relay closed the connection.', {}, { cause }))
    }
  }
}
