import { connect, type Socket } from 'node:net'
import type { SshAddress } from '@nps-desktop/electron/contract'
import { untilEvent } from '@nps-desktop/relay-core/async'
import { cancelled, dialFailure, dialTimeout } from './ssh-errors.ts'

/** A TCP connection to an ssh port. Rejects with `ssh-refused`, `ssh-timeout`, `ssh-unknown-host`, `ssh-unreachable`. */
export async function dialSsh(
  address: SshAddress,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Socket> {
  if (signal.aborted) throw cancelled()
  const socket = connect({ host: address.host, port: address.port, noDelay: true })
  try {
    return await untilEvent(
      socket,
      {
        connect: () => socket,
        error: (error: Error) => {
          throw dialFailure(error, address)
        },
      },
      { signal, timeoutMs, onTimeout: () => dialTimeout(address, timeoutMs) },
    )
  } catch (error) {
    // late errors of a socket that is being thrown away
    socket.on('error', () => undefined)
    socket.destroy()
    throw signal.aborted ? cancelled() : error
  }
}
