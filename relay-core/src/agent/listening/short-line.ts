import { cut } from '../../api/words/cut.ts'
import { printable } from '../../api/words/printable.ts'

/** At most this many UTF-16 units, and none of them half a character: the relay believes no document with one. */
export function shortLine(text: string, maxLength: number): string {
  return printable(cut(text, maxLength))
}
