import { withDeadline } from '../async/wait/with-deadline.ts'
import { RelayError } from '../api/errors.ts'
import { enterRelay, type StockRelay } from './enter-relay.ts'
import { md5Hex } from './messages/handshake.ts'
import { maxDocumentBytes } from './messages/length-prefixed.ts'
import { EarlyEnd, readExactly } from '../net/stream/read-exactly.ts'
import { readPrefixed } from './messages/read-prefixed.ts'

const answerTimeoutMs = 10_000

/**
 * The names of what runs on a stock relay for the client of `clientKey`, which is not the relay's own `vkey` when that is
 * a public one. A relay of 0.26 never names tunnels, running or not.
 */
export async function askRunning(
  relay: StockRelay,
  clientKey: string,
  { signal }: { signal: AbortSignal },
): Promise<string[]> {
  const socket = await enterRelay('conf', relay, { signal })
  const onTimeout = () =>
    new RelayError(
      'handshake-timeout',
      `The relay did not tell within ${answerTimeoutMs / 1000} s what runs for this client.`,
    )
  try {
    return await withDeadline({ signal, timeoutMs: answerTimeoutMs, onTimeout }, async (signal) => {
      socket.write(`stus${md5Hex(clientKey)}`)
      await readExactly(socket, 1, { signal })
      const names = await readPrefixed(socket, { signal, min: 0, max: maxDocumentBytes })
      return names
        .toString()
        .split('*#*')
        .filter((name) => name !== '')
    })
  } catch (error) {
    if (!(error instanceof EarlyEnd)) throw error
    throw new RelayError(
      'config-invalid',
      'The relay does not tell: it lets this client bring no tunnels of its own.',
      {},
      { cause: error },
    )
  } finally {
    socket.destroy()
  }
}
