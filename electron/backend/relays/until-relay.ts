import { untilTrue } from '@nps-desktop/relay-core/async'
import type { RelayView } from './relay-view.ts'

/** Fulfils as soon as `isSo` holds for what is known of a server; rejects with the signal's reason. */
export function untilRelay(
  relays: { onChange(look: () => void): Disposable; view(serverId: string): RelayView },
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
