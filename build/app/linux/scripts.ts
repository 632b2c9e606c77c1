/** Shell scripts that the system's package program runs as root. */
export interface PackageScripts {
  readonly afterInstall: string
  readonly afterRemove: string
}

/** Stands for a homepage where none is known: electron-builder wants one. RFC 2606 keeps `.invalid` free for ever. */
export const noHomepage = 'https://nps-desktop.invalid/'
