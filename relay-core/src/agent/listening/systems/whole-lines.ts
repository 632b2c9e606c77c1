const maxLines = 50_000

/** The first 50,000 lines of what a program has said, without those that are longer than `maxLength`. A line that was cut off, at the end, is none. Pure. */
export function wholeLines(text: string, maxLength: number): string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n', maxLines)
    .filter((line) => line.length <= maxLength)
}
