import { printable } from '@nps-desktop/relay-core/api'

/**
 * A name or path of a lab box for the eye: no character in it turns those after it round, as in `photo_exe.jpg` that really ends with
 * `.exe`. Never to be sent back.
 */
export function shownName(name: string): string {
  return printable(name, '\u{fffd}')
}
