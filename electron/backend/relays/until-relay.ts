import { untilTrue } from '@nps-desktop/relay-core/async'
import type { Relays, RelayView } from './relays.ts'

/** Fulfils as soon as `isSo` holds for what is known of a server; rejects with the signal's reason. */
export function untilRelay(
  relays: Relays,
  serverId: string,
  isSo: (view: RelayView) => boolean,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  return untilTrue(
    (look) => relays.onChange(look),
    () => isSo(relays.view(serverId)),
    { signal },
  )
}
