import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { systemClock } from '../async/time/clock.ts'
import { RelayError } from '../api/errors.ts'
import { Signal } from '../async/signals/signal.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
import type { AgentSession, OpeningStream, SessionEnd, Target } from '../session/agent-session.ts'
import { DatagramStream, unframed } from '../net/stream/datagram-stream.ts'
import { formatHostPort } from '../net/address/host-port.ts'
import { notReached, survives } from './dial-outcome.ts'
import { encodeLinkInfo, type LinkType } from './messages/link-info.ts'
import { decodeHealthReport, mainFlag, type HealthReport } from './messages/main-messages.ts'
import type { MuxLimits } from './mux/mux-limits.ts'
import { MuxSession } from './mux/mux-session.ts'
import type { MuxStream } from './mux/mux-stream.ts'
import { layerAsRelay, type PayloadLayers } from './payload-layers.ts'
import { readPrefixed } from './messages/read-prefixed.ts'
import { socksDatagramsAsRelay } from './stock-socks-datagrams.ts'
import { leaksCompressedStreams } from './stock-version.ts'

/** A stock agent opens a stream as soon as it reads the request; longer means that it hangs. */
const openTimeoutMs = 10_000
/** What stock relays allow an agent for its dial. */
const dialTimeoutMs = 5000
/** A probe waits for the whole dial, so it allows less of it. */
const probeDialTimeoutMs = 1500
/** Extra time for an agent to report a failed dial, beyond the dial and the round trip. */
const reportMarginMs = 250
/** The time in which a target in the lab's network refuses; each visitor pays it where the target waits for the client to speak first. */
const refusalMs = 200

export interface StockSessionOptions extends PayloadLayers {
  readonly clientId: number
  /** Address and port of the `main` connection. */
  readonly address: string
  readonly version: string
  readonly main: Socket
  readonly chan: Socket
  readonly secureContext: SecureContext
  readonly muxLimits?: Partial<MuxLimits>
  readonly onHealth?: (report: HealthReport) => void
  readonly now?: () => number
}

/** A stock `npc` that is online, seen from the relay: its `main` and its `chan` connection. */
export class StockSession implements AgentSession {
  readonly protocol = 'stock'
  readonly fingerprint = null
  readonly hostname = ''
  readonly instance = ''
  /** Its streams share one connection, which is its link. */
  readonly carrierCount = 0
  readonly streamsEnded: Promise<unknown>
  readonly clientId: number
  readonly address: string
  readonly version: string
  readonly onlineSinceMs: number
  readonly closed: Promise<{ reason: string }>
  readonly #options: StockSessionOptions
  readonly #layers: PayloadLayers
  readonly #mux: MuxSession
  readonly #ended = new AbortController()
  readonly #silence = new Signal()
  #isSilent = false
  #files: MuxSession | undefined
  #settleClosed: (end: { reason: string }) => void = () => undefined

  constructor(options: StockSessionOptions) {
    this.#options = options
    this.clientId = options.clientId
    this.address = options.address
    this.version = options.version
    const { now = systemClock.now } = options
    this.onlineSinceMs = now()
    const compress = options.compress && !leaksCompressedStreams(options.version)
    this.#layers = { crypt: options.crypt, compress }
    this.#mux = new MuxSession({
      carrier: options.chan,
      onSilence: (isSilent) => this.#onSilence(isSilent),
      ...this.#muxLimits(),
    })
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve))
    this.streamsEnded = this.closed
  }

  get roundTripMs(): number | null {
    return this.#mux.roundTripMs
  }

  get isSilent(): boolean {
    return this.#isSilent
  }

  onSilence(listener: () => void): void {
    this.#silence.subscribe(listener)
  }

  /** Both connections are there: the link begins. */
  start(): void {
    const { main } = this.#options
    void this.#mux.closed.then(({ reason }) => this.#end(reason))
    main.on('error', (error) => this.#end(error.message))
    main.on('close', () => this.#end('the agent closed the connection'))
    void this.#readHealthReports()
    this.#mux.start()
  }

  /** The agent's second mux, on which it serves files; a newer one replaces the older one. */
  addFiles(socket: Socket): void {
    this.#files?.close('replaced')
    this.#files = new MuxSession({ carrier: socket, ...this.#muxLimits() })
    this.#files.start()
    if (this.#ended.signal.aborted) this.#files.close('the session has ended')
  }

  /**
   * A stock agent does not report its dial, so this fulfils as soon as the stream exists; a target that was not
   * reached fails the stream afterwards with `target-refused` or `target-timeout`. With `confirmed` it waits until
   * the dial must have succeeded or failed, or, with `'soon'`, a refusal would have come. With crypt the agent's TLS hello says so, always and without a wait.
   */
  async openStream(
    target: Target,
    {
      signal,
      visitor = '',
      confirmed = false,
    }: { signal: AbortSignal; visitor?: string; confirmed?: boolean | 'soon' },
  ): Promise<Duplex> {
    const timeoutMs = confirmed === true ? probeDialTimeoutMs : dialTimeoutMs
    const { stream, link } = await this.#openLink('tcp', formatHostPort(target), {
      signal,
      visitor,
      timeoutMs,
    })
    stream.failureOnPeerClose = notReached(stream, target, { requestBytes: link.length, timeoutMs })
    stream.joinMessages()
    const layered = await layerAsRelay(stream, this.#layers, { ...this.#options, signal })
    layered.on('error', () => undefined)
    if (confirmed && !this.#layers.crypt) {
      const waitMs = confirmed === 'soon' ? refusalMs : timeoutMs + reportMarginMs
      await survives(stream, waitMs + 2 * (this.roundTripMs ?? 0), { signal })
    }
    return layered
  }

  /** A stock agent takes the visitor's bytes at any time. */
  async beginStream(
    target: Target,
    options: { signal: AbortSignal; visitor?: string },
  ): Promise<OpeningStream> {
    return { stream: await this.openStream(target, options), opened: Promise.resolve() }
  }

  /**
   * Datagrams to and from one target: one write is one, and so is each 'data' event. A stock agent cuts what its
   * target sends at 1672 bytes, and with crypt it may split the first datagram above some 1,186.
   */
  async openDatagrams(
    target: Target,
    { signal, visitor = '' }: { signal: AbortSignal; visitor?: string },
  ): Promise<Duplex> {
    const { stream } = await this.#openLink('udp', formatHostPort(target), { signal, visitor })
    stream.dropWhenFull()
    const layered = await layerAsRelay(stream, this.#layers, { ...this.#options, signal })
    return new DatagramStream(layered, unframed)
  }

  /** SOCKS5's UDP, never layered: one write is one packet of RFC 1928 §7, and so is each 'data' event. */
  async openSocksDatagrams({
    signal,
    visitor = '',
  }: {
    signal: AbortSignal
    visitor?: string
  }): Promise<Duplex> {
    const { stream } = await this.#openLink('udp5', '', { signal, visitor, plain: true })
    // Not `dropWhenFull`: an answer and its length come as two messages, and neither may be lost alone.
    return socksDatagramsAsRelay(stream)
  }

  /** A connection to the agent's own file server; rejects with `agent-offline` when it serves none. */
  async openFiles({ signal }: { signal: AbortSignal }): Promise<Duplex> {
    if (!this.#files) {
      throw new RelayError(
        'agent-offline',
        'The lab box serves no files: its stock npc needs a section with mode=file in its npc.conf.',
      )
    }
    const stream = await this.#files.open({ signal })
    stream.joinMessages()
    return stream
  }

  openPrivate(): Promise<Duplex> {
    return Promise.reject(
      new RelayError(
        'mode-unsupported',
        'The npc of the lab box is a stock one, which cannot speak with a visitor end to end. Run ours there.',
      ),
    )
  }

  openDirect(): Promise<Duplex> {
    return this.openPrivate()
  }

  openMeasure(): Promise<Duplex> {
    return Promise.reject(
      new RelayError(
        'mode-unsupported',
        'The npc of the lab box is a stock one, which answers no measurement. Run ours there.',
      ),
    )
  }

  openListening(): Promise<Duplex> {
    return Promise.reject(
      new RelayError(
        'mode-unsupported',
        'The npc of the lab box is a stock one, which does not tell what runs there. Run ours there.',
      ),
    )
  }

  openWatched(): Promise<Duplex> {
    return Promise.reject(
      new RelayError(
        'mode-unsupported',
        'The npc of the lab box is a stock one, which does not tell what becomes of a process. Run ours there.',
      ),
    )
  }

  endLink(): void {
    this.#end('its agent has made another link')
  }

  close(reason: SessionEnd): void {
    const { main } = this.#options
    // Nothing else can be sent: a stock agent ignores any other flag, and this one too.
    if (reason === 'replaced' && !this.#ended.signal.aborted) main.write(mainFlag.replaced)
    this.#end(reason)
  }

  #end(reason: string): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#mux.close(reason)
    this.#files?.close(reason)
    this.#options.main.destroySoon()
    this.#settleClosed({ reason })
  }

  /** A stock agent notices a cut minutes later, if at all, and goes on over the same connections. */
  #onSilence(isSilent: boolean): void {
    this.#isSilent = isSilent
    this.#silence.emit()
  }

  async #readHealthReports(): Promise<void> {
    const { main, onHealth } = this.#options
    try {
      for (;;) {
        const report = decodeHealthReport(await readPrefixed(main, { signal: this.#ended.signal }))
        onHealth?.(report)
      }
    } catch (cause) {
      this.#end(
        cause instanceof RangeError ? `the agent broke the protocol: ${cause.message}` : 'the agent left',
      )
    }
  }

  #openLink(
    type: LinkType,
    host: string,
    {
      signal,
      visitor,
      timeoutMs = dialTimeoutMs,
      plain = false,
    }: { signal: AbortSignal; visitor: string; timeoutMs?: number; plain?: boolean },
  ): Promise<{ stream: MuxStream; link: Buffer }> {
    const onTimeout = () =>
      new RelayError(
        'agent-silent',
        `The lab box did not open a stream within ${openTimeoutMs / 1000} s.`,
        {},
      )
    return withDeadline({ signal, timeoutMs: openTimeoutMs, onTimeout }, async (signal) => {
      const stream = await this.#mux.open({ signal })
      const layers = plain ? { crypt: false, compress: false } : this.#layers
      const link = encodeLinkInfo({ type, host, ...layers, visitor, dialTimeoutMs: timeoutMs })
      stream.write(link)
      return { stream, link }
    })
  }

  #muxLimits(): { limits?: Partial<MuxLimits> } {
    return this.#options.muxLimits ? { limits: this.#options.muxLimits } : {}
  }
}
