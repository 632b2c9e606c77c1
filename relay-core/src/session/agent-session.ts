import type { Duplex } from 'node:stream'
import type { SeenFrom } from '../wire/direct-messages.ts'
import type { AgentOrigin } from '../wire/hello-messages.ts'

/** Where the agent is to dial: a host name or address, without brackets, and a port. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** A stream to a target that may not have been reached yet. */
export interface OpeningStream {
  /** What is written is sent ahead, as far as the protocol lets it, or else waits. */
  readonly stream: Duplex
  /** Settles as `openStream` does. When it rejects, or the signal has fired, the stream is to be destroyed by its owner. */
  readonly opened: Promise<void>
}

/** Why the relay ends a session. */
export type SessionEnd = 'replaced' | 'disabled' | 'removed' | 'shutdown'

/**
 * A lab box that is online, whatever protocol it speaks. Everything above the protocols sees only this.
 */
export interface AgentSession {
  readonly clientId: number
  readonly protocol: 'native' | 'stock'
  /** The agent's address and port as the relay sees them. */
  readonly address: string
  readonly version: string
  readonly onlineSinceMs: number
  /** Of the agent's own key, as it says; null where the protocol knows none. */
  readonly fingerprint: string | null
  /** The name of the agent's machine, as it says; empty where the protocol knows none. */
  readonly hostname: string
  /** Identifies the agent's process: sessions with the same one belong to the same process. Empty where it is unknown. */
  readonly instance: string
  /** How its program was started, as it reports; absent where the protocol or an older agent does not say. */
  readonly origin?: AgentOrigin | undefined
  /** Before this session a login page of its network has kept it away, as it reports; absent where the protocol or an older agent does not say. */
  readonly wasBehindPortal?: boolean
  /** The last measured round trip of the control connection, null before the first. */
  readonly roundTripMs: number | null
  /**
   * Fulfils once the agent has reached the target; rejects with a `RelayError` of a `target-…` or `agent-…`
   * code. Half-close, reset (`destroy(error)`) and back-pressure pass through the stream both ways.
   *
   * A stock agent does not report its dial: there it fulfils at once, and a target that was not reached fails the
   * stream afterwards, unless the caller asks for `confirmed` and waits for as long as the dial may take, or for
   * `'soon'`: only as long as a refusal takes to arrive.
   */
  openStream(
    target: Target,
    options: { signal: AbortSignal; visitor?: string; confirmed?: boolean | 'soon' },
  ): Promise<Duplex>
  /**
   * As `openStream`, but the stream may be written to while the agent still reaches for the target: that saves the visitor a
   * round trip between relay and agent. The signal has to fire when the stream's other end has gone.
   */
  beginStream(target: Target, options: { signal: AbortSignal; visitor?: string }): Promise<OpeningStream>
  /**
   * Datagrams to and from one target: one write is one datagram, and so is each 'data' event. What there is no room for is dropped.
   * Rejects as `openStream` does; a stock agent does not report its target, so it fulfils at once.
   */
  openDatagrams(target: Target, options: { signal: AbortSignal; visitor?: string }): Promise<Duplex>
  /** The same for SOCKS5's UDP: each is one packet of RFC 1928 §7, which names its own target or where it came from. */
  openSocksDatagrams(options: { signal: AbortSignal; visitor?: string }): Promise<Duplex>
  /**
   * A byte stream on which the agent speaks HTTP as the server of a folder of its own. Rejects with `target-denied` when
   * it does not share that folder, `target-missing`, or an `agent-…` code. A stock agent serves the one folder that it was
   * started with, and `agent-offline` means that it has none.
   */
  openFiles(options: {
    folder: string
    stripPrefix: string
    signal: AbortSignal
    visitor?: string
  }): Promise<Duplex>
  /**
   * A byte stream in which the agent, once it has reached the target, speaks TLS with a visitor that proves it knows what
   * `verifier` was derived from (spec/wire.md §6). Rejects as `openStream` does; with `mode-unsupported` for a stock agent. At the place of a
   * proxy (`placeOfProxy`) the agent serves it inside; an older agent is `agent-outdated`.
   */
  openPrivate(options: {
    target: Target
    verifier: Uint8Array
    signal: AbortSignal
    visitor?: string
  }): Promise<Duplex>
  /**
   * As `openPrivate`, but the agent reaches no target yet, and arranges a direct link with the visitor (spec/wire.md §8), whose streams
   * lead to the target. Rejects with `mode-unsupported` for an older or a stock agent, `direct-declined` for one that takes part in none, or with an `agent-…` code.
   */
  openDirect(options: {
    target: Target
    verifier: Uint8Array
    seenFrom: SeenFrom
    /** 16 bytes by which the agent names the link's tunnel, or guest pass, to a relay that does not know the link. */
    entrance: Uint8Array
    signal: AbortSignal
    visitor?: string
  }): Promise<Duplex>
  /** Has the agent end a direct link at once; where it cannot be told, the link ends with its stream. */
  unlink?(id: Uint8Array): void
  /**
   * A stream on which the agent answers the requests of a measurement (spec/wire.md §5). Rejects with `mode-unsupported` for an older or a stock
   * agent, `target-denied` while another one is under way, or an `agent-…` code.
   */
  openMeasure(options: { signal: AbortSignal }): Promise<Duplex>
  /**
   * A stream in which the agent tells what listens on its machine (spec/wire.md §5). Rejects with `mode-unsupported` for an older or a stock agent,
   * `target-denied` where its owner does not want it, `target-missing` where its system does not tell, or an `agent-…` code.
   */
  openListening(options: { signal: AbortSignal }): Promise<Duplex>
  /** A stream in which the agent answers what has become of processes and GPUs of its machine (spec/wire.md §5). Rejects as `openListening`. */
  openWatched(options: { signal: AbortSignal }): Promise<Duplex>
  /** Nothing is heard on the link, which may be temporary: for the screen and for new streams it does not exist. Without this, never. */
  readonly isSilent?: boolean
  /** Calls back after each change of `isSilent`. */
  onSilence?(listener: () => void): void
  /** Connections that carry its streams, or that could. */
  readonly carrierCount: number
  /**
   * Ends the link and all streams; the agent learns `reason` where the protocol can carry it, and also by whom
   * it was replaced. Idempotent, and still useful after `closed`, for the streams.
   */
  close(reason: SessionEnd, by?: string): void
  /** Ends the link silently: its agent has opened another one. Streams under way go on where the protocol supports it. */
  endLink(): void
  /** Settles with the reason when the link has ended. No new streams begin; those under way go on if the link was lost. */
  readonly closed: Promise<{ reason: string }>
  /** Settles when the link and the last of its streams have ended. */
  readonly streamsEnded: Promise<unknown>
}
