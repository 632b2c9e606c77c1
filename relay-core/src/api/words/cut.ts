const graphemes = new Intl.Segmenter()

/**
 * The beginning of a text, at most `most` UTF-16 units long, and of whole characters as a person sees them: half an emoji or
 * a letter without its accent is another text. One character that is longer itself is cut by code points.
 */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  let end = 0
  // The text may be very long; the code point behind may still belong to what is before it.
  for (const { index, segment } of graphemes.segment(text.slice(0, most + 2))) {
    if (index + segment.length > most) break
    end = index + segment.length
  }
  if (end > 0) return text.slice(0, end)
  const isPair = (text.codePointAt(most - 1) ?? 0) > 0xff_ff
  return text.slice(0, isPair ? most - 1 : most)
}
