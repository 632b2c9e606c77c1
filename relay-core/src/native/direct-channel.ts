import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { WireError } from '../wire/bytes.ts'
import { decodeCandidates, encodeCandidates, type Candidates } from '../wire/direct-messages.ts'
import { frameType } from '../wire/frame.ts'
import { Carrier } from './carriers/carrier.ts'
import type { FramedSocket } from './carriers/framed-socket.ts'

/** The labels of the TLS exporter (RFC 8446 §7.5) for what visitor and agent alone know. Part of spec/wire.md. */
const probesLabel = 'EXPORTER-nps-desktop-probes'
const packetsLabel = 'EXPORTER-nps-desktop-packets'
const nothing = Buffer.alloc(0)

/** The inside of a private link that leads to no target: visitor and agent arrange a direct link by it (spec/wire.md §8). */
export interface DirectChannel {
  /** The packets that go by the relay. */
  readonly stream: Duplex
  send(candidates: Candidates): void
  /** Who gets those of the peer; the last one set. */
  onCandidates: (candidates: Candidates) => void
  /** 64 bytes for the probes. */
  readonly probeSecret: Uint8Array
  /** 32 bytes for the packets. */
  readonly packetSecret: Uint8Array
}

/** Takes both over. */
export function directChannel(framed: FramedSocket, socket: TLSSocket): DirectChannel {
  const carrier = new Carrier(framed, {
    onMessage: (type) => {
      throw new WireError(`frame of type ${type} on a direct link`)
    },
    onIdle: () => framed.finish(),
  })
  framed.receiver = {
    onMessage: (type, body) => {
      if (type === frameType.candidates) channel.onCandidates(decodeCandidates(body))
      else carrier.onMessage(type, body)
    },
    onData: (part) => carrier.onData(part),
  }
  const channel: DirectChannel = {
    stream: carrier.startStream(1),
    send: (candidates) => framed.send(encodeCandidates(candidates)),
    onCandidates: () => undefined,
    probeSecret: socket.exportKeyingMaterial(64, probesLabel, nothing),
    packetSecret: socket.exportKeyingMaterial(32, packetsLabel, nothing),
  }
  return channel
}
