import type { FileEntry } from '@nps-desktop/electron/contract'

/** Opened like a folder: also a link to one. */
export function isFolder({ kind, link }: FileEntry): boolean {
  return kind === 'folder' || link?.kind === 'folder'
}
