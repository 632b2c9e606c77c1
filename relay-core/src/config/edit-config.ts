import { RelayError } from '../api/errors.ts'

const activeLine = /^(\s*)([^\s=#;[][^=]*?)(\s*=\s*)(.*)$/
const commentedLine = /^\s*[#;]\s*([\w-]+)\s*=/

/**
 * The same text with some keys changed: comments, order, unknown keys and line ends stay as they are. A key that
 * is only there as a comment gets its line right below it; an unknown one goes to the end. Throws `invalid-input`
 * for a value that would not be read back.
 */
export function editConfig(text: string, changes: Readonly<Record<string, string>>): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = text.split(/\r?\n/)
  for (const [key, value] of Object.entries(changes)) {
    checkReadable(key, value)
    setKey(lines, key, value)
  }
  return lines.join(lineEnd)
}

function setKey(lines: string[], key: string, value: string): void {
  // The last line wins when a key stands twice: it is the one that is read.
  const active = lines.findLastIndex((line) => activeLine.exec(line)?.[2]?.toLowerCase() === key)
  if (active >= 0) {
    lines[active] = (lines[active] ?? '').replace(
      activeLine,
      (_line, indent: string, name: string, equals: string) =>
        `${indent}${name}${value === '' ? equals.trimEnd() : equals}${value}`,
    )
    return
  }
  const commented = lines.findLastIndex((line) => commentedLine.exec(line)?.[1]?.toLowerCase() === key)
  if (commented >= 0) {
    lines.splice(commented + 1, 0, `${key}=${value}`)
    return
  }
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length
  lines.splice(end, 0, `${key}=${value}`)
  if (lines.at(-1) !== '') lines.push('')
}

function checkReadable(key: string, value: string): void {
  // oxlint-disable-next-line no-control-regex
  const unreadable = /[\u0000-\u001f\u007f]/.test(value) || value !== value.trim() || /^".*"$/.test(value)
  if (!/^[a-z][a-z0-9_]*$/.test(key) || unreadable) {
    throw new RelayError('invalid-input', `The value for ${key} cannot stand in nps.conf as it is.`, { key })
  }
}
