import { encodeSocksAddress, parseSocksAddress, type SocksAddress } from '../net/address/socks-address.ts'

const version = 5
const credentialsVersion = 1

export const socksMethod = { none: 0, password: 2, unacceptable: 0xff } as const

export const socksCommand = { connect: 1, bind: 2, associate: 3 } as const

/** RFC 1928 §6. */
export const socksReply = {
  succeeded: 0,
  failed: 1,
  notAllowed: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  refused: 5,
  timedOut: 6,
  unknownCommand: 7,
  unknownAddress: 8,
} as const
export type SocksReply = (typeof socksReply)[keyof typeof socksReply]

/** The visitor speaks another protocol, or asks for something unsupported. With a `reply` it can be told so. */
export class SocksError extends Error {
  readonly reply: SocksReply | undefined

  constructor(message: string, reply?: SocksReply) {
    super(message)
    this.name = 'SocksError'
    this.reply = reply
  }
}

/*
 * Each parser takes what has arrived so far and returns the message, or how many bytes are needed in total to
 * go on: never more than a message can have (RFC 1928 §3 and §4, RFC 1929 §2). They throw a SocksError.
 */

/** The methods of authentication that the visitor offers. */
export function parseGreeting(bytes: Buffer): { readonly methods: readonly number[] } | number {
  if (bytes.length < 2) return 2
  checkVersion(bytes)
  const end = 2 + (bytes[1] ?? 0)
  return bytes.length < end ? end : { methods: [...bytes.subarray(2, end)] }
}

export function parseCredentials(
  bytes: Buffer,
): { readonly name: string; readonly password: string } | number {
  if (bytes.length < 2) return 2
  if (bytes[0] !== credentialsVersion) throw new SocksError('not the authentication that was agreed on')
  const passwordAt = 2 + (bytes[1] ?? 0) + 1
  if (bytes.length < passwordAt) return passwordAt
  const end = passwordAt + (bytes[passwordAt - 1] ?? 0)
  if (bytes.length < end) return end
  return {
    name: bytes.subarray(2, passwordAt - 1).toString('utf8'),
    password: bytes.subarray(passwordAt, end).toString('utf8'),
  }
}

export interface SocksRequest extends SocksAddress {
  readonly command: number
}

export function parseRequest(bytes: Buffer): SocksRequest | number {
  const addressAt = 3
  if (bytes.length < addressAt) return addressAt
  checkVersion(bytes)
  const address = parseSocksAddress(bytes, addressAt)
  if (typeof address === 'number') return address
  if (address === null) throw new SocksError('an unknown kind of address', socksReply.unknownAddress)
  const { host, port } = address
  // What no resolver accepts must not reach one, or a log.
  if (!/^[\x21-\x7e]+$/.test(host)) throw new SocksError('a name that cannot be', socksReply.hostUnreachable)
  return { command: bytes[1] ?? 0, host, port }
}

export function encodeMethod(method: number): Buffer {
  return Buffer.of(version, method)
}

export function encodeCredentialsAnswer(isRight: boolean): Buffer {
  return Buffer.of(credentialsVersion, isRight ? 0 : 1)
}

/** `bound` is where datagrams are to be sent; it is meaningless in other answers. */
export function encodeReply(reply: SocksReply, bound: SocksAddress = { host: '0.0.0.0', port: 0 }): Buffer {
  return Buffer.concat([Buffer.of(version, reply, 0), encodeSocksAddress(bound)])
}

function checkVersion(bytes: Buffer): void {
  if (bytes[0] !== version) throw new SocksError('not SOCKS5')
}
