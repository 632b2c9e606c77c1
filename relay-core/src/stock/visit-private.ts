import type { Socket } from 'node:net'
import { enterRelay, type StockRelay } from './enter-relay.ts'
import { md5Hex } from './messages/handshake.ts'

/**
 * A connection to the target of another agent's private tunnel; any client's vkey will do. The relay answers nothing: a wrong
 * password is seen as the end of the connection. Rejects with what `enterRelay` rejects with.
 */
export async function visitPrivate(
  relay: StockRelay,
  password: string,
  { signal }: { signal: AbortSignal },
): Promise<Socket> {
  const socket = await enterRelay('sert', relay, { signal })
  socket.write(md5Hex(password))
  return socket
}
