import type { Relays, RelayView } from './relays.ts'

/** Fulfils as soon as `isSo` holds for what is known of a server; rejects with the signal's reason. */
export function untilRelay(
  relays: Relays,
  serverId: string,
  isSo: (view: RelayView) => boolean,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (signal.aborted) finish(() => reject(signal.reason as Error))
      else if (isSo(relays.view(serverId))) finish(resolve)
    }
    const finish = (settle: () => void): void => {
      leave()
      signal.removeEventListener('abort', look)
      settle()
    }
    const leave = relays.onChange(look)
    signal.addEventListener('abort', look)
    look()
  })
}
