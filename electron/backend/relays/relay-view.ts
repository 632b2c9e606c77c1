import { untilTrue } from '@nps-desktop/relay-core/async'
import type { Link } from '@nps-desktop/electron/contract'
import type { LinkState } from './link-state.ts'
import type { RelayMirror } from './relay-mirror.ts'

/** What is known of a server's relay at one moment. */
export interface RelayView {
  readonly link: LinkState | { readonly state: 'not-set-up' }
  /** The same as the screen is told of it. */
  readonly told: Link
  /** Null while online, and for a server that is not set up. */
  readonly notOnlineSinceMs: number | null
  readonly mirror: Readonly<RelayMirror>
}

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
