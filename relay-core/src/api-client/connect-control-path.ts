import { connect, type Socket } from 'node:net'
import { untilEvent } from '../async/wait/until-event.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
import { readAdminKey } from './admin-key.ts'
import type { ControlPath } from './control-path.ts'
import { giveProof } from './control-proof.ts'

const connectTimeoutMs = 10_000

/**
 * A connection to the relay of a state folder, on which HTTP can begin. Rejects with the system's error, which
 * `explainControlError` turns into words.
 */
export function connectControlPath({ address, folder, isProved }: ControlPath): Promise<Socket> {
  const onTimeout = () => new Error(`it did not answer within ${connectTimeoutMs / 1000} s`)
  return withDeadline({ timeoutMs: connectTimeoutMs, onTimeout }, async (signal) => {
    // Before anything is sent: without the key there is nothing to ask.
    const key = isProved ? await readAdminKey(folder) : undefined
    const socket = connect(address)
    try {
      await untilEvent(socket, { connect: () => undefined }, { signal })
      if (key) await giveProof(socket, key, { signal })
      return socket
    } catch (error) {
      // It may fail once more while it goes.
      socket.on('error', () => undefined).destroy()
      throw error
    }
  })
}
