/**
 * The words of a command line of Windows, as CommandLineToArgvW parts them: the program ends at its quotation mark or at the first blank. Behind it blanks part words unless
 * they are quoted; before a quotation mark two backslashes are one, and an odd one makes the mark a letter. Pure.
 */
export function splitCommand(line: string): string[] {
  const [head = '', quoted, bare = ''] = /^\s*(?:"([^"]*)"?|(\S+))/.exec(line) ?? []
  const program = quoted ?? bare
  if (program === '') return []
  const words = [program]
  let word: string | null = null
  let isQuoted = false
  for (const [piece, slashes] of line.slice(head.length).matchAll(/(\\*)"|\s+|\\+|[^"\s\\]+/g)) {
    if (slashes !== undefined) {
      const isLetter = slashes.length % 2 === 1
      word = (word ?? '') + '\\'.repeat(Math.floor(slashes.length / 2)) + (isLetter ? '"' : '')
      if (!isLetter) isQuoted = !isQuoted
    } else if (isQuoted || piece.trim() !== '') {
      word = (word ?? '') + piece
    } else {
      if (word !== null) words.push(word)
      word = null
    }
  }
  return word === null ? words : [...words, word]
}
