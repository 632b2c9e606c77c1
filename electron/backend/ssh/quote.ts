/**
 * One word for a POSIX shell, whatever is in it.
 * Throws on NUL, which no command line can carry.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new TypeError('a NUL cannot be part of a command line')
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line of these words, each quoted. */
export function commandLine(...words: readonly string[]): string {
  return words.map(quote).join(' ')
}
