import type { BackendConnection } from './connection.ts'
import { pause } from './connection.ts'

const retryMs = 1_000

/** Opens a feed of the contract. */
export type OpenFeed<Value> = (options: { signal: AbortSignal }) => Promise<AsyncIterable<Value>>

/**
 * Reads a feed until `signal` is aborted, and subscribes again whenever it ends or the backend was away:
 * a feed begins with its current value, so nothing has to be remembered in between.
 * `onError` hears why a subscription ended; the next try follows in any case.
 */
export async function follow<Value>(
  connection: BackendConnection,
  open: OpenFeed<Value>,
  onValue: (value: Value) => void,
  options: { signal: AbortSignal; onError?: (error: unknown) => void },
): Promise<void> {
  const { signal } = options
  while (!signal.aborted) {
    try {
      await connection.online({ signal })
      const feed = await open({ signal })
      for await (const value of feed) {
        if (signal.aborted) return
        onValue(value)
      }
    } catch (error) {
      if (signal.aborted) return
      options.onError?.(error)
    }
    await pause(retryMs, signal)
  }
}
