/**
 * What could end a line, drive a terminal or turn the direction of what stands behind: control characters (ECMA-48's
 * C0 and C1), line and paragraph separators, halves of pairs, marks of direction. The wire format has the same set.
 */
const unprintableSet = String.raw`\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}`
const unprintable = new RegExp(`[${unprintableSet}]`, 'gu')

/** The grammar of a text with none of them. */
export const printableText = new RegExp(`^[^${unprintableSet}]*$`, 'u')

/** Somebody else's text for a screen, a terminal or a log: each such character becomes `instead`. */
export function printable(text: string, instead = ' '): string {
  return text.replace(unprintable, instead)
}

/** The same for JSON, where these characters have a form that says the same. */
export function printableJson(json: string): string {
  return json.replace(unprintable, (one) =>
    // Between the values of an indented document stand line feeds of our own.
    one === '\n' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
