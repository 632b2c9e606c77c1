import { ByteReader, ByteWriter } from './bytes.ts'
import { readSeenFrom, writeSeenFrom, type SeenFrom } from './direct-messages.ts'
import { encodeFrame, frameType } from './frame.ts'
import { idLength, proofLength, type Refusal } from './hello-messages.ts'
import { codeField, hostField, pathField, visitorField, words } from './text-fields.ts'

/** What a stream carries and what the agent does for it. */
export const streamKind = {
  /** The bytes of a TCP connection to host and port. */
  tcp: 0,
  /** Datagrams to and from host and port. */
  datagrams: 1,
  /** Packets of SOCKS5 (RFC 1928 §7), each of which names its own target; host is empty and port 0. */
  socksDatagrams: 2,
  /** HTTP, which the agent serves from a folder; host is the folder and port 0. */
  files: 3,
  /** TLS from a visitor to the agent, and in it the bytes of a TCP connection to host and port. */
  private: 4,
  /** Requests of a measurement and the agent's answers (spec/wire.md §5); host is empty and port 0. */
  measure: 5,
  /** TLS from a visitor to the agent, and in it a direct link (spec/wire.md §8) whose streams lead to host and port. */
  direct: 6,
  /** What listens on the agent's machine, as one JSON document (spec/wire.md §5); host is empty and port 0. */
  listening: 7,
  /** A question about processes and GPUs of the agent's machine, and its answer (spec/wire.md §5); host is empty and port 0. */
  watched: 8,
  /** As `private`, but inside the agent is a proxy of its own; host is the proxy's name and port 0. */
  privateProxy: 9,
  /** As `direct`, but in its streams the agent is a proxy of its own; host is the proxy's name and port 0. */
  directProxy: 10,
} as const

export interface Open {
  /** Counts the streams of one carrier from 1; wraps at 2^32. */
  readonly number: number
  readonly host: string
  readonly port: number
  /** The visitor's address, or empty. */
  readonly visitor: string
  /** One of `streamKind`, or one that only a newer program knows. */
  readonly kind: number
  /** Of kind `files` only: what the agent cuts off in front of each requested path. */
  readonly stripPrefix?: string
  /** Of kinds `private`, `direct`, and those of proxies only: by it the agent knows a visitor. */
  readonly verifier?: Uint8Array
  /** Of kinds `direct` and `directProxy` only. */
  readonly seenFrom?: SeenFrom
  /** Of kinds `direct` and `directProxy` only: names what the visitor has entered by, later. An older relay does not say. */
  readonly entrance?: Uint8Array
}

export interface Failed extends Refusal {
  readonly number: number
}

export function encodeOpen({ number, host, port, visitor, kind, ...more }: Open): Uint8Array {
  const { stripPrefix, verifier, seenFrom, entrance } = more
  const writer = new ByteWriter().u32(number).text(host).u16(port).text(visitor).u8(kind)
  if (stripPrefix !== undefined) writer.text(stripPrefix)
  if (verifier) writer.bytes(verifier)
  if (seenFrom) writeSeenFrom(writer, seenFrom)
  if (entrance) writer.bytes(entrance)
  return encodeFrame(frameType.open, writer.finish())
}

export function decodeOpen(body: Uint8Array): Open {
  const reader = new ByteReader(body)
  const open = {
    number: reader.u32(),
    host: reader.text(),
    port: reader.u16(),
    visitor: visitorField(reader.text()),
    kind: reader.u8(),
  }
  switch (open.kind) {
    case streamKind.files:
      return { ...open, host: pathField(open.host), stripPrefix: pathField(reader.text()) }
    case streamKind.private:
    case streamKind.privateProxy:
      return { ...open, host: hostField(open.host), verifier: reader.bytes(proofLength) }
    case streamKind.direct:
    case streamKind.directProxy:
      return {
        ...open,
        host: hostField(open.host),
        verifier: reader.bytes(proofLength),
        seenFrom: readSeenFrom(reader),
        ...(reader.left >= idLength && { entrance: reader.bytes(idLength) }),
      }
    default:
      return { ...open, host: hostField(open.host) }
  }
}

/** `seenFrom`: in answer to a visitor that asked for a direct link. */
export function encodeOpened(number: number, seenFrom?: SeenFrom): Uint8Array {
  const writer = new ByteWriter().u32(number)
  return encodeFrame(frameType.opened, (seenFrom ? writeSeenFrom(writer, seenFrom) : writer).finish())
}

/** The OPENED that answers a visitor's request for a direct link. */
export function decodeOpenedDirect(body: Uint8Array): { number: number; seenFrom: SeenFrom } {
  const reader = new ByteReader(body)
  return { number: reader.u32(), seenFrom: readSeenFrom(reader) }
}

export function encodeFailed({ number, code, message }: Failed): Uint8Array {
  return encodeFrame(frameType.failed, new ByteWriter().u32(number).text(code).text(message).finish())
}

export function decodeFailed(body: Uint8Array): Failed {
  const reader = new ByteReader(body)
  return { number: reader.u32(), code: codeField(reader.text()), message: words(reader.text()) }
}

export function encodeEnd(): Uint8Array {
  return encodeFrame(frameType.end)
}

export function encodeReset(number: number): Uint8Array {
  return encodeFrame(frameType.reset, new ByteWriter().u32(number).finish())
}

/** The stream's number in an OPENED or a RESET. */
export function decodeNumber(body: Uint8Array): number {
  return new ByteReader(body).u32()
}
