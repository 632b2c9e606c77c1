import { until } from '@nps-desktop/relay-core/async'
import type { Relays, RelayView } from './relays.ts'

/** Fulfils as soon as `isSo` holds for what is known of a server; rejects with the signal's reason. */
export async function untilRelay(
  relays: Relays,
  serverId: string,
  isSo: (view: RelayView) => boolean,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const found = Promise.withResolvers<void>()
  // Looks at each change itself: a state may last for less than a turn of the event loop.
  const look = (): void => {
    if (isSo(relays.view(serverId))) found.resolve()
  }
  using _subscription = relays.onChange(look)
  look()
  await until(found.promise, { signal })
}
