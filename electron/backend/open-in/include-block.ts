const start = '# >>> NPS Desktop: lab boxes by name; its settings take this out again >>>'
/** Where there was no file before, so that none is left. */
const startOfNewFile = '# >>> NPS Desktop: lab boxes by name; its settings take this file away again >>>'
const end = '# <<< NPS Desktop <<<'
const byteOrderMark = '\u00EF\u00BB\u00BF'

/**
 * The block in a text of ssh_config, byte by byte (latin1): what else stands there stays as it is, ends of lines included. It
 * stands on top, because ssh takes the first value that it finds, and what follows a `Host` line belongs to that host.
 */
export function withInclude(text: string | null, include: string): string {
  if (text !== null && hasInclude(text, include)) return text
  const mark = text?.startsWith(byteOrderMark) === true ? byteOrderMark : ''
  const rest = text === null ? '' : withoutInclude(text, include).slice(mark.length)
  const newline = /^[^\n]*\r\n/.test(rest) ? '\r\n' : '\n'
  const lines = [text === null ? startOfNewFile : start, include, end]
  return mark + lines.map((line) => line + newline).join('') + rest
}

/** The text of before. What a person has written between the lines of the block stays. */
export function withoutInclude(text: string, include: string): string {
  const ours = new Set([start, startOfNewFile, include, end])
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const kept = linesOf(text.slice(mark.length)).filter((line) => !ours.has(bare(line)))
  return mark + kept.join('')
}

/** ssh reads the app's file by it; a line that a person has turned into a comment does not count. */
export function hasInclude(text: string, include: string): boolean {
  return linesOf(text).some((line) => bare(line).replace(byteOrderMark, '') === include)
}

/** Nothing else was ever in the file. */
export function isNewFile(text: string): boolean {
  return linesOf(text).some((line) => bare(line) === startOfNewFile)
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function bare(line: string): string {
  return line.replace(/\r?\n$/, '')
}
