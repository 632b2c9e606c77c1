import { ByteReader, ByteWriter, WireError } from './bytes.ts'
import { encodeFrame, frameType } from './frame.ts'
import { readVisitSurvival, writeVisitSurvival, type VisitSurvival } from './survival-messages.ts'
import { accountField, codeField, fingerprintField, words } from './text-fields.ts'

/** What a native link begins with, after the HELLO frame's header. */
export const helloMagic = Uint8Array.of(0x4e, 0x50, 0x53, 0x44)

/** The version of this protocol that these messages are of. */
export const wireVersion = 1

export const idLength = 16
export const proofLength = 32

/** How an agent's program is started, by number; a newer agent may know more. */
const startKinds = [
  'none',
  'systemd',
  'systemd-user',
  'cron',
  'background',
  'windows-service',
  'logon',
  'launchd',
  'launchd-agent',
] as const
type AgentStart = (typeof startKinds)[number]

export interface AgentOrigin {
  /** What starts it: a service, or nothing but the person. Null: something that only a newer program knows. */
  readonly start: AgentStart | null
  /** The account of the person who installed it, or started it, by which one may sign in there; empty where it is not known. */
  readonly account: string
}

/** Bits of the flags in a HELLO. */
const displacedBit = 1
const originBit = 2
const earlyDataBit = 4
const survivalBit = 8
const directBit = 16
const portalBit = 32

/** Bits of the flags in a WELCOME. */
const relaySurvivalBit = 1
const relayDirectBit = 16
const relayPackedBit = 2

/** `u32 number, u8 resumes, u64 position` */
const survivalLength = 13

const roleByte = { control: 1, carrier: 2, visitor: 3, directVisitor: 4 } as const

/** The first message of the side that dials. See spec/wire.md for what the proof is made of. */
export type Hello =
  | {
      readonly role: 'control'
      readonly version: number
      /** Says which vkey, without saying the vkey. */
      readonly keyId: Uint8Array
      readonly proof: Uint8Array
      readonly agentVersion: string
      readonly hostname: string
      /** Of the agent's own key, which it proves to visitors of private tunnels. */
      readonly fingerprint: string
      /** Of the running program: 16 random bytes, new at each start. An older agent says none. */
      readonly instance?: Uint8Array
      /** Another agent has taken this one's place, and it asks whether that is free again. */
      readonly isDisplaced?: boolean
      /** How the program came to run. An older agent does not say. */
      readonly origin?: AgentOrigin | undefined
      /** A stream's first bytes may follow its OPEN before the answer. An older agent would end the connection. */
      readonly takesEarlyData?: boolean
      /** Its carriers can survive their connections. An older agent's cannot. */
      readonly survives?: boolean
      /** Its direct links can outlive their streams by the relay, and end by UNLINK. An older agent's end with them. */
      readonly holdsLinks?: boolean
      /** Since its last session a login page of its network has stood between it and the relay. An older agent does not say. */
      readonly wasBehindPortal?: boolean
    }
  | {
      readonly role: 'carrier'
      readonly version: number
      readonly sessionId: Uint8Array
      readonly proof: Uint8Array
      /** Of a carrier that can survive its connection. */
      readonly carrier?: CarrierPlace
    }
  | {
      readonly role: 'visitor'
      readonly version: number
      /** Says which private tunnel, without saying its password. */
      readonly visitId: Uint8Array
      readonly proof: Uint8Array
      /** It asks for a direct link instead of a stream to the target. An older relay ends the connection. */
      readonly isDirect?: boolean
      /** What is to become of the visit when its connection is cut. An older relay ignores it. */
      readonly survival?: VisitSurvival
    }

/** Which carrier a connection is for. */
export interface CarrierPlace {
  /** Counts the carriers of one run of the agent's program; never used again. */
  readonly number: number
  /** The connection goes on where an earlier one of this carrier was cut. */
  readonly resumes: boolean
  /** How far the agent has received the carrier (spec/wire.md §5); 0 for a new one. */
  readonly position: number
}

export interface Welcome {
  readonly version: number
  readonly sessionId: Uint8Array
  /** The key that carriers of this session prove; new for every session. */
  readonly carrierKey: Uint8Array
  readonly proof: Uint8Array
  readonly relayVersion: string
  /** Carriers of this session can survive their connections. An older relay's cannot. */
  readonly survives?: boolean
  /** The relay takes direct links up again that it does not know, or ends them. An older relay does neither. */
  readonly holdsLinks?: boolean
  /** The agent may send PACKED. An older relay would end the connection. */
  readonly takesPacked?: boolean
}

/** Why a hello was refused or a target not reached: a code, and a sentence for the log. */
export interface Refusal {
  readonly code: string
  readonly message: string
}

export function encodeHello(hello: Hello): Uint8Array {
  const role = hello.role === 'visitor' && hello.isDirect ? 'directVisitor' : hello.role
  const writer = new ByteWriter().bytes(helloMagic).u8(hello.version).u8(roleByte[role])
  switch (hello.role) {
    case 'control':
      writer.bytes(hello.keyId).bytes(hello.proof)
      writer.text(hello.agentVersion).text(hello.hostname).text(hello.fingerprint)
      if (hello.instance) {
        const { instance, isDisplaced, origin, takesEarlyData, survives, holdsLinks, wasBehindPortal } = hello
        const bits = [
          isDisplaced && displacedBit,
          origin && originBit,
          takesEarlyData && earlyDataBit,
          survives && survivalBit,
          holdsLinks && directBit,
          wasBehindPortal && portalBit,
        ]
        writer.bytes(instance).u8(bits.reduce<number>((flags, bit) => flags | (bit || 0), 0))
        if (origin)
          writer.u8(origin.start === null ? 0xff : startKinds.indexOf(origin.start)).text(origin.account)
      }
      break
    case 'carrier':
      writer.bytes(hello.sessionId).bytes(hello.proof)
      if (hello.carrier) {
        const { number, resumes, position } = hello.carrier
        writer
          .u32(number)
          .u8(resumes ? 1 : 0)
          .u64(position)
      }
      break
    case 'visitor':
      writer.bytes(hello.visitId).bytes(hello.proof)
      if (hello.survival) writeVisitSurvival(writer, hello.survival)
      break
  }
  return encodeFrame(frameType.hello, writer.finish())
}

export function decodeHello(body: Uint8Array): Hello {
  const reader = new ByteReader(body)
  const magic = reader.bytes(helloMagic.length)
  if (!magic.every((byte, at) => byte === helloMagic[at])) throw new WireError('hello without its magic')
  const version = reader.u8()
  const role = reader.u8()
  const id = reader.bytes(idLength)
  const proof = reader.bytes(proofLength)
  if (role === roleByte.carrier) {
    const carrier = { role: 'carrier', version, sessionId: id, proof } as const
    if (reader.left < survivalLength) return carrier
    const place = { number: reader.u32(), resumes: reader.u8() !== 0, position: reader.u64() }
    return { ...carrier, carrier: place }
  }
  if (role === roleByte.visitor || role === roleByte.directVisitor) {
    const survival = readVisitSurvival(reader)
    return {
      role: 'visitor',
      version,
      visitId: id,
      proof,
      ...(role === roleByte.directVisitor && { isDirect: true }),
      ...(survival && { survival }),
    }
  }
  if (role !== roleByte.control) throw new WireError(`hello of unknown role ${role}`)
  const [agentVersion, hostname] = [words(reader.text(), 64), words(reader.text())]
  const fingerprint = fingerprintField(reader.text())
  const control = { role: 'control', version, keyId: id, proof, agentVersion, hostname, fingerprint } as const
  if (reader.left < idLength + 1) return control
  const instance = reader.bytes(idLength)
  const flags = reader.u8()
  const later = {
    ...control,
    instance,
    isDisplaced: (flags & displacedBit) !== 0,
    ...((flags & earlyDataBit) !== 0 && { takesEarlyData: true }),
    ...((flags & survivalBit) !== 0 && { survives: true }),
    ...((flags & directBit) !== 0 && { holdsLinks: true }),
    ...((flags & portalBit) !== 0 && { wasBehindPortal: true }),
  }
  if ((flags & originBit) === 0) return later
  const start = startKinds[reader.u8()] ?? null
  return { ...later, origin: { start, account: accountField(reader.text()) } }
}

export function encodeWelcome(welcome: Welcome): Uint8Array {
  const writer = new ByteWriter().u8(welcome.version).bytes(welcome.sessionId).bytes(welcome.carrierKey)
  writer.bytes(welcome.proof).text(welcome.relayVersion)
  const bits = [
    welcome.survives && relaySurvivalBit,
    welcome.takesPacked && relayPackedBit,
    welcome.holdsLinks && relayDirectBit,
  ]
  const flags = bits.reduce<number>((sum, bit) => sum | (bit || 0), 0)
  if (flags !== 0) writer.u8(flags)
  return encodeFrame(frameType.welcome, writer.finish())
}

export function decodeWelcome(body: Uint8Array): Welcome {
  const reader = new ByteReader(body)
  const welcome = {
    version: reader.u8(),
    sessionId: reader.bytes(idLength),
    carrierKey: reader.bytes(proofLength),
    proof: reader.bytes(proofLength),
    relayVersion: words(reader.text(), 64),
  }
  const flags = reader.left > 0 ? reader.u8() : 0
  return {
    ...welcome,
    ...((flags & relaySurvivalBit) !== 0 && { survives: true }),
    ...((flags & relayDirectBit) !== 0 && { holdsLinks: true }),
    ...((flags & relayPackedBit) !== 0 && { takesPacked: true }),
  }
}

export function encodeRefused({ code, message }: Refusal): Uint8Array {
  return encodeFrame(frameType.refused, new ByteWriter().text(code).text(message).finish())
}

export function decodeRefused(body: Uint8Array): Refusal {
  const reader = new ByteReader(body)
  return { code: codeField(reader.text()), message: words(reader.text()) }
}
