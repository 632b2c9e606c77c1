import { every } from '../../async/time/every.ts'
import {
  decodeHealth,
  decodePart,
  encodeConfig,
  encodeConfigured,
  encodeHealth,
  type Health,
} from '../../wire/agent-messages.ts'
import {
  decodeBye,
  decodeWant,
  encodeBye,
  encodePing,
  encodePong,
  encodeWant,
  pingLength,
  type Bye,
} from '../../wire/link-messages.ts'
import {
  decodeAck,
  decodeDrop,
  encodeAck,
  encodeDrop,
  type CarrierPosition,
} from '../../wire/survival-messages.ts'
import {
  decodeUnlink,
  decodeUse,
  encodeUnlink,
  encodeUse,
  type DirectUse,
} from '../../wire/direct-messages.ts'
import { WireError } from '../../wire/bytes.ts'
import { frameType } from '../../wire/frame.ts'
import { DocumentReader, documentParts } from './document-parts.ts'
import { maxUnsentMessageBytes, type FramedSocket } from '../carriers/framed-socket.ts'

/** Both sides ping every 3 s and give up after 9 s of silence, so that a dead link is noticed within 10 s. */
export const pingIntervalMs = 3_000
export const silenceTimeoutMs = 9_000

export interface ControlEvents {
  /** The relay wants more carriers. */
  onWant?(count: number): void
  onRoundTrip?(ms: number): void
  /** The agent brings tunnels along. */
  onConfig?(document: string): void
  /** The relay reports what became of them. */
  onConfigured?(document: string): void
  onHealth?(health: Health): void
  /** The peer has received carriers so far. */
  onAck?(entries: CarrierPosition[]): void
  /** The peer has given a carrier up. */
  onDrop?(carrier: number): void
  /** The agent reports what has gone past the relay. */
  onUse?(use: DirectUse): void
  /** The relay ends a direct link. */
  onUnlink?(id: Uint8Array): void
}

/** Why a control link ended. `said`: the peer's own word (BYE), if it had one. */
export interface ControlEnd {
  readonly said: Bye | undefined
  readonly silent: boolean
  readonly error: Error | undefined
}

/** The connection that keeps a session alive, at either end of it: ping and pong, requests for carriers, farewell. */
export class ControlLink {
  readonly closed: Promise<ControlEnd>
  readonly #framed: FramedSocket
  readonly #events: ControlEvents
  readonly #pinging: Disposable
  readonly #silenceTimer: NodeJS.Timeout
  #said: Bye | undefined
  #silent = false
  #heardAtMs = 0
  readonly #document = new DocumentReader()

  constructor(framed: FramedSocket, events: ControlEvents) {
    this.#framed = framed
    this.#events = events
    this.#pinging = every(pingIntervalMs, () => this.#ping())
    this.#silenceTimer = setTimeout(() => this.#endSilent(), silenceTimeoutMs)
    framed.receiver = {
      onMessage: (type, body) => this.#onMessage(type, body),
      onData: () => {
        throw new WireError('DATA on a control link')
      },
    }
    this.closed = framed.closed.then((error) => {
      this.#pinging[Symbol.dispose]()
      clearTimeout(this.#silenceTimer)
      return { said: this.#said, silent: this.#silent, error }
    })
    this.#ping()
  }

  want(count: number): void {
    this.#framed.send(encodeWant(Math.min(count, 0xffff)))
  }

  /** Sent by the agent; the answer is `onConfigured`. */
  configure(document: string): void {
    for (const part of documentParts(document)) this.#framed.send(encodeConfig(part))
  }

  /** The relay's answer. */
  configured(document: string): void {
    for (const part of documentParts(document)) this.#framed.send(encodeConfigured(part))
  }

  reportHealth(health: Health): void {
    this.#framed.send(encodeHealth(health))
  }

  /** False: the peer does not read, and is told later. */
  acknowledge(entries: readonly CarrierPosition[]): boolean {
    if (this.#framed.unsentBytes > maxUnsentMessageBytes) return false
    this.#framed.send(encodeAck(entries))
    return true
  }

  drop(carrier: number): void {
    this.#framed.answer(encodeDrop(carrier))
  }

  reportUse(use: DirectUse): void {
    this.#framed.send(encodeUse(use))
  }

  unlink(id: Uint8Array): void {
    this.#framed.send(encodeUnlink(id))
  }

  /** Says why, then ends. Idempotent. */
  bye(word: Bye): void {
    this.#framed.send(encodeBye(word))
    this.#framed.end()
  }

  /** The route may have changed: a peer that is not heard from within `timeoutMs` counts as gone. */
  prove(timeoutMs: number): void {
    const heardBefore = this.#heardAtMs
    this.#ping()
    const timer = setTimeout(() => {
      if (this.#heardAtMs === heardBefore) this.#endSilent()
    }, timeoutMs)
    void this.closed.then(() => clearTimeout(timer))
  }

  #endSilent(): void {
    this.#silent = true
    this.#framed.destroy()
  }

  #ping(): void {
    const payload = new Uint8Array(pingLength)
    new DataView(payload.buffer).setFloat64(0, performance.now())
    this.#framed.send(encodePing(payload))
  }

  #onMessage(type: number, body: Uint8Array): void {
    this.#silenceTimer.refresh()
    this.#heardAtMs = performance.now()
    switch (type) {
      case frameType.ping:
        this.#framed.answer(encodePong(body.slice(0, pingLength)))
        break
      case frameType.pong:
        this.#onPong(body)
        break
      case frameType.want:
        this.#events.onWant?.(decodeWant(body))
        break
      case frameType.bye:
        this.#said = decodeBye(body)
        this.#framed.destroy()
        break
      case frameType.config:
        this.#onPart(type, body, this.#events.onConfig)
        break
      case frameType.configured:
        this.#onPart(type, body, this.#events.onConfigured)
        break
      case frameType.health:
        this.#events.onHealth?.(decodeHealth(body))
        break
      case frameType.ack:
        if (!this.#events.onAck) throw new WireError('ACK without survival')
        this.#events.onAck(decodeAck(body))
        break
      case frameType.drop:
        if (!this.#events.onDrop) throw new WireError('DROP without survival')
        this.#events.onDrop(decodeDrop(body))
        break
      case frameType.use:
        this.#events.onUse?.(decodeUse(body))
        break
      case frameType.unlink:
        this.#events.onUnlink?.(decodeUnlink(body))
        break
      default:
        throw new WireError(`frame of type ${type} on a control link`)
    }
  }

  #onPart(type: number, body: Uint8Array, take: ((document: string) => void) | undefined): void {
    if (!take) throw new WireError(`frame of type ${type} from the wrong side`)
    const document = this.#document.take(decodePart(body))
    if (document !== undefined) take.call(this.#events, document)
  }

  #onPong(body: Uint8Array): void {
    if (body.length !== pingLength) throw new WireError('PONG of another length')
    const sentAtMs = new DataView(body.buffer, body.byteOffset, pingLength).getFloat64(0)
    const roundTripMs = performance.now() - sentAtMs
    // A peer may send back any bytes: only a plausible value counts as a round trip.
    if (roundTripMs >= 0 && roundTripMs <= silenceTimeoutMs) this.#events.onRoundTrip?.(roundTripMs)
  }
}
