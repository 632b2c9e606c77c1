import type { TunnelKind } from '@nps-desktop/electron/contract'
import type { TunnelNote } from '../storage/records.ts'

/** Of a tunnel of which nothing is kept yet: everybody's, without a port on this laptop. */
export function newNote(id: string, kind: TunnelKind): TunnelNote {
  return { id, kind, localPort: null, passwordMark: null, entrance: null, wished: null, removal: null }
}
