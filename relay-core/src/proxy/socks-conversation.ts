import type { Duplex } from 'node:stream'
import { readExactly } from '../net/stream/read-exactly.ts'
import {
  encodeCredentialsAnswer,
  encodeMethod,
  parseCredentials,
  parseGreeting,
  parseRequest,
  SocksError,
  socksMethod,
  type SocksRequest,
} from './socks-messages.ts'

export interface SocksRules {
  /** Undefined: nobody has to authenticate. */
  readonly isAccount: ((given: { name: string; password: string }) => boolean) | undefined
  readonly signal: AbortSignal
}

/**
 * Everything up to and including the request; what the visitor sent after it stays in the stream. Rejects with a
 * SocksError, an early end, or the signal's reason.
 */
export async function hearRequest(stream: Duplex, { isAccount, signal }: SocksRules): Promise<SocksRequest> {
  const { methods } = await hear(stream, parseGreeting, signal)
  const method = isAccount ? socksMethod.password : socksMethod.none
  if (!methods.includes(method)) {
    stream.write(encodeMethod(socksMethod.unacceptable))
    throw new SocksError(isAccount ? 'no user and password given' : 'no way to go on without a password')
  }
  stream.write(encodeMethod(method))
  if (isAccount) {
    const isRight = isAccount(await hear(stream, parseCredentials, signal))
    stream.write(encodeCredentialsAnswer(isRight))
    if (!isRight) throw new SocksError('wrong user or password')
  }
  return hear(stream, parseRequest, signal)
}

/** Reads no byte more than the message has. */
async function hear<T extends object>(
  stream: Duplex,
  parse: (bytes: Buffer) => T | number,
  signal: AbortSignal,
): Promise<T> {
  let bytes: Buffer = Buffer.alloc(0)
  for (;;) {
    const found = parse(bytes)
    if (typeof found !== 'number') return found
    bytes = Buffer.concat([bytes, await readExactly(stream, found - bytes.length, { signal })])
  }
}
