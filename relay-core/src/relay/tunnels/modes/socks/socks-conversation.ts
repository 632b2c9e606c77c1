import type { Socket } from 'node:net'
import { readExactly } from '../../../../net/stream/read-exactly.ts'
import type { TunnelUser } from '../../tunnel-users.ts'
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
  readonly isAccount: ((given: TunnelUser) => boolean) | undefined
  readonly signal: AbortSignal
}

/**
 * Everything up to and including the request; what the visitor sent after it stays in the socket. Rejects with a
 * SocksError, an early end, or the signal's reason.
 */
export async function hearRequest(socket: Socket, { isAccount, signal }: SocksRules): Promise<SocksRequest> {
  const { methods } = await hear(socket, parseGreeting, signal)
  const method = isAccount ? socksMethod.password : socksMethod.none
  if (!methods.includes(method)) {
    socket.write(encodeMethod(socksMethod.unacceptable))
    throw new SocksError(isAccount ? 'no user and password given' : 'no way to go on without a password')
  }
  socket.write(encodeMethod(method))
  if (isAccount) {
    const isRight = isAccount(await hear(socket, parseCredentials, signal))
    socket.write(encodeCredentialsAnswer(isRight))
    if (!isRight) throw new SocksError('wrong user or password')
  }
  return hear(socket, parseRequest, signal)
}

/** Reads no byte more than the message has. */
async function hear<T extends object>(
  socket: Socket,
  parse: (bytes: Buffer) => T | number,
  signal: AbortSignal,
): Promise<T> {
  let bytes: Buffer = Buffer.alloc(0)
  for (;;) {
    const found = parse(bytes)
    if (typeof found !== 'number') return found
    bytes = Buffer.concat([bytes, await readExactly(socket, found - bytes.length, { signal })])
  }
}
