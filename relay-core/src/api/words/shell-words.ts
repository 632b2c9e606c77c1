/**
 * Quotes one word for a POSIX shell, whatever is in it; a plain one stays as it is. Every command that is printed for a person,
 * or run, is built by these two. Throws a `TypeError` on NUL, which no command line can carry.
 */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw new TypeError('a NUL cannot be part of a command line')
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A command line of these words, each quoted where it has to be; of `-name=value` the value alone. */
export function commandLine(...words: readonly string[]): string {
  return words
    .map((word) => {
      const [, name = '', value = word] = /^(-[\w-]+=)([^]*)$/.exec(word) ?? []
      return name + (name !== '' && value === '' ? '' : shellWord(value))
    })
    .join(' ')
}
