/**
 * What could end a line, control a terminal or change the direction of the text that follows: control characters (ECMA-48's
 * C0 and C1), line and paragraph separators, lone surrogates, direction marks. The wire format has the same set.
 */
const unprintableSet = String.raw`\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}`
const unprintable = new RegExp(`[${unprintableSet}]`, 'gu')

/** Matches a text without any of them. */
export const printableText = new RegExp(`^[^${unprintableSet}]*$`, 'u')

/** Someone else's text for a screen, a terminal or a log: each such character becomes `instead`. */
export function printable(text: string, instead = ' '): string {
  return text.replace(unprintable, instead)
}

/** The same for JSON, where these characters can be escaped. */
export function printableJson(json: string): string {
  return json.replace(unprintable, (one) =>
    // The line feeds between the values of an indented document are ours.
    one === '\n' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
