const maxLines = 50_000

/** The first 50,000 lines of what a program has said, without those that are longer than `maxLength`. A line that was cut off, at the end, is none. In the code page of UTF-8 the first may begin with a byte order mark, which is no part of it. Pure. */
export function wholeLines(text: string, maxLength: number): string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .replace(/^\ufeff/, '')
    .split('\n', maxLines)
    .filter((line) => line.length <= maxLength)
}
