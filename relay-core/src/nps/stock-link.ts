import type { Socket } from 'node:net'
import { RelayError } from '../api/errors.ts'
import { connectTcp } from '../transport/connect.ts'
import { greetRelay, type StockRole } from './handshake.ts'
import { mainFlag, mainFlagBytes } from './main-messages.ts'
import type { MuxLimits } from './mux-limits.ts'
import { MuxSession } from './mux-session.ts'
import { readExactly, readPrefixed } from './read-exactly.ts'
import { serveStream, type ServeStreamOptions } from './serve-stream.ts'

export interface StockLinkOptions extends ServeStreamOptions {
  readonly host: string
  readonly port: number
  readonly vkey: string
  /** Shown in the relay's console. */
  readonly version: string
  readonly muxLimits?: Partial<MuxLimits>
  readonly signal: AbortSignal
}

/** Each connection's handshake; a stock npc allows itself the same. */
const handshakeTimeoutMs = 10_000

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
    const main = await enter('main', options)
    try {
      return new StockLink(options, main, await enter('chan', options))
    } catch (error) {
      main.destroy()
      throw error
    }
  }

  private constructor(options: StockLinkOptions, main: Socket, chan: Socket) {
    this.#options = options
    this.#main = main
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve))
    this.#mux = new MuxSession({
      carrier: chan,
      onStream: (stream) => void serveStream(stream, options),
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

  /** Idempotent. */
  close(): void {
    this.#end(new Error('the agent was stopped'))
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

async function enter(
  role: StockRole,
  { host, port, vkey, version, signal }: StockLinkOptions,
): Promise<Socket> {
  const deadline = AbortSignal.timeout(handshakeTimeoutMs)
  const both = AbortSignal.any([signal, deadline])
  const address = { host, port }
  let socket: Socket | undefined
  try {
    socket = await connectTcp({ ...address, timeoutMs: handshakeTimeoutMs, signal: both })
    // An error is always followed by `close`.
    socket.on('error', () => undefined)
    await greetRelay(socket, { vkey, version, role, signal: both })
    return socket
  } catch (cause) {
    socket?.destroy()
    signal.throwIfAborted()
    if (cause instanceof RelayError) throw cause
    if (deadline.aborted) {
      throw new RelayError(
        'handshake-timeout',
        `The relay at ${host}:${port} did not answer within ${handshakeTimeoutMs / 1000} s.`,
        address,
      )
    }
    throw new RelayError(
      'relay-unreachable',
      `No stock relay answers at ${host}:${port} (${(cause as Error).message}).`,
      address,
      { cause },
    )
  }
}
