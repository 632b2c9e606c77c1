const graphemes = new Intl.Segmenter()

/**
 * The beginning of a text: at most `maxLength` UTF-16 units, and only whole characters as a person sees them, since half an emoji or
 * a letter without its accent would be another text. A first character that is longer than `maxLength` is cut between code points.
 */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  let end = 0
  // No more than is needed, as the text may be very long; the code point after the end may still belong to the last character.
  for (const { index, segment } of graphemes.segment(text.slice(0, maxLength + 2))) {
    if (index + segment.length > maxLength) break
    end = index + segment.length
  }
  if (end > 0) return text.slice(0, end)
  const isPair = (text.codePointAt(maxLength - 1) ?? 0) > 0xff_ff
  return text.slice(0, isPair ? maxLength - 1 : maxLength)
}
