import { ByteReader, ByteWriter, WireError } from './bytes.ts'
import { encodeFrame, frameType } from './frame.ts'
import { addressField, hostField, visitorField } from './text-fields.ts'

/** How many addresses one side may name: a machine has a few networks, and each is probed. */
export const maxCandidates = 16

/** Where the sender may be reached by UDP. */
export interface Candidate {
  /** `local`: an address of its own; `seen`: as the relay sees it, in front of its routers. */
  readonly kind: 'local' | 'seen'
  /** 4 bytes of IPv4, 16 of IPv6. */
  readonly address: Uint8Array
  readonly port: number
}

/** Where one side of a direct link may be reached, for one attempt. */
export interface Candidates {
  /** Counts the attempts of one link from 1; those of an attempt belong together. */
  readonly attempt: number
  /** Its router gives each destination another port, so that the seen port is of no use to the peer. */
  readonly hasPortPerPeer: boolean
  /** Its owner allows ports to be guessed. */
  readonly mayGuess: boolean
  /** Both begin with a packet that dies on its way, so that each router hears its own side first. */
  readonly beginsUnseen: boolean
  readonly list: readonly Candidate[]
}

const idLength = 16
const keyLength = 32

const portPerPeerBit = 1
const guessBit = 2
const unseenBit = 4
const kindByte = { local: 1, seen: 2 } as const

export function encodeCandidates({ list, ...candidates }: Candidates): Uint8Array {
  const { attempt, hasPortPerPeer, mayGuess, beginsUnseen } = candidates
  const flags =
    (hasPortPerPeer ? portPerPeerBit : 0) | (mayGuess ? guessBit : 0) | (beginsUnseen ? unseenBit : 0)
  const writer = new ByteWriter().u16(attempt).u8(flags).u8(list.length)
  for (const { kind, address, port } of list)
    writer.u8(kindByte[kind]).u8(address.length).bytes(address).u16(port)
  return encodeFrame(frameType.candidates, writer.finish())
}

/** Kinds that only a newer peer knows are left out. @throws WireError */
export function decodeCandidates(body: Uint8Array): Candidates {
  const reader = new ByteReader(body)
  const attempt = reader.u16()
  const flags = reader.u8()
  const count = reader.u8()
  if (count > maxCandidates) throw new WireError(`${count} candidates`)
  const list: Candidate[] = []
  for (let i = 0; i < count; i += 1) {
    const kind = reader.u8()
    const length = reader.u8()
    if (length !== 4 && length !== 16) throw new WireError(`an address of ${length} bytes`)
    const address = reader.bytes(length)
    const port = reader.u16()
    if (port === 0) throw new WireError('a candidate without a port')
    if (kind === kindByte.local) list.push({ kind: 'local', address, port })
    else if (kind === kindByte.seen) list.push({ kind: 'seen', address, port })
  }
  return {
    attempt,
    hasPortPerPeer: (flags & portPerPeerBit) !== 0,
    mayGuess: (flags & guessBit) !== 0,
    beginsUnseen: (flags & unseenBit) !== 0,
    list,
  }
}

/** What has passed a direct link, past the relay, since the agent's last report. */
export interface DirectUse {
  /** The link's, from `SeenFrom`. */
  readonly id: Uint8Array
  readonly downBytes: number
  readonly upBytes: number
  /** For a relay that does not know the link, or no longer. An older agent does not say. */
  readonly link?: ReportedLink
}

/** A direct link, as its agent knows it. */
export interface ReportedLink {
  /** What its visitor has entered by, from OPEN: a tunnel, or a guest pass. 16 bytes. */
  readonly entrance: Uint8Array
  readonly hasEnded: boolean
  /** Where its streams lead. */
  readonly host: string
  readonly port: number
  /** As OPEN has named it. */
  readonly visitor: string
}

/** The most bytes that one report can tell of: 4 GB, which take longer than the second between two. */
export const maxUseBytes = 0xffff_ffff

export function encodeUse({ id, downBytes, upBytes, link }: DirectUse): Uint8Array {
  const writer = new ByteWriter().bytes(id).u32(downBytes).u32(upBytes)
  if (link) {
    const { entrance, hasEnded, host, port, visitor } = link
    writer
      .bytes(entrance)
      .u8(hasEnded ? 1 : 0)
      .text(host)
      .u16(port)
      .text(visitor)
  }
  return encodeFrame(frameType.use, writer.finish())
}

export function decodeUse(body: Uint8Array): DirectUse {
  const reader = new ByteReader(body)
  const use = { id: reader.bytes(idLength), downBytes: reader.u32(), upBytes: reader.u32() }
  if (reader.left < idLength) return use
  const link = {
    entrance: reader.bytes(idLength),
    hasEnded: reader.u8() !== 0,
    host: hostField(reader.text()),
    port: reader.u16(),
    visitor: visitorField(reader.text()),
  }
  return { ...use, link }
}

/** The relay ends a direct link: its agent has to end it at once. `id`: the link's, from `SeenFrom`. */
export function encodeUnlink(id: Uint8Array): Uint8Array {
  return encodeFrame(frameType.unlink, id)
}

export function decodeUnlink(body: Uint8Array): Uint8Array {
  return new ByteReader(body).bytes(idLength)
}

/** What the relay tells each side of a direct link, so that it can learn at which address others see it. */
export interface SeenFrom {
  /** Names the key; 16 bytes. */
  readonly id: Uint8Array
  /** By which the requests and answers prove themselves; 32 bytes. */
  readonly key: Uint8Array
  /** The first of the two UDP ports of the relay that answer; 0: none does. */
  readonly port: number
  /** Of the side that is told, as its TCP connection shows it; empty where it is not known. */
  readonly address: string
}

export function writeSeenFrom(writer: ByteWriter, { id, key, port, address }: SeenFrom): ByteWriter {
  return writer.bytes(id).bytes(key).u16(port).text(address)
}

export function readSeenFrom(reader: ByteReader): SeenFrom {
  return {
    id: reader.bytes(idLength),
    key: reader.bytes(keyLength),
    port: reader.u16(),
    address: addressField(reader.text()),
  }
}
