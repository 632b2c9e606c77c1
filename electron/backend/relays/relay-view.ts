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
