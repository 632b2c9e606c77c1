import { RelayError } from '../api/errors.ts'

/** One `key=value` line of a stock configuration file. `line` counts from 1. */
export interface IniEntry {
  readonly section: string
  readonly key: string
  readonly value: string
  readonly line: number
}

const longestFileBytes = 256 * 1024

/** A titled part of a file with its lines, in their order. What stands before the first title has the name ''. */
export interface IniSection {
  readonly name: string
  /** Where its title stands; 1 for what stands before the first one. */
  readonly line: number
  readonly entries: IniEntry[]
}

/**
 * Reads the stock INI dialect: `#` and `;` start comment lines, keys ignore case, values may stand in double
 * quotes, and there are no comments behind a value. Throws `config-invalid` with the file's name and the line.
 */
export function parseIni(text: string, file: string): IniEntry[] {
  return parseIniSections(text, file).flatMap(({ entries }) => entries)
}

/** The same by sections, empty ones included; one whose name comes twice is there twice. */
export function parseIniSections(text: string, file: string): IniSection[] {
  if (text.length > longestFileBytes) {
    throw new RelayError('config-invalid', `${file} is larger than ${longestFileBytes / 1024} KiB.`, {
      path: file,
      line: 1,
    })
  }
  let section: IniSection = { name: '', line: 1, entries: [] }
  const sections = [section]
  splitLines(text).forEach((raw, index) => {
    const content = raw.replace(/^\uFEFF/, '').trim()
    const line = index + 1
    if (content === '' || isComment(content)) return
    const heading = /^\[([^\]]*)\]$/.exec(content)
    if (heading) {
      section = { name: (heading[1] ?? '').trim(), line, entries: [] }
      sections.push(section)
      return
    }
    const pair = /^([^=\s][^=]*?)\s*=\s*(.*)$/.exec(content)
    if (!pair) throw configError(file, line, `expected key=value, found "${content.slice(0, 40)}"`)
    const [, key = '', value = ''] = pair
    section.entries.push({ section: section.name, key: key.toLowerCase(), value: unquote(value), line })
  })
  return sections
}

/** Whether a line that begins with something else than a space says nothing. */
export function isComment(line: string): boolean {
  return line.startsWith('#') || line.startsWith(';')
}

/** A `config-invalid` that names the file, the line and what is wrong there. */
export function configError(file: string, line: number, problem: string, key?: string): RelayError {
  return new RelayError('config-invalid', `${file}:${line}: ${problem}.`, {
    path: file,
    line,
    problem,
    ...(key === undefined ? {} : { key }),
  })
}

/** Lines without their ends; `\r\n` counts as one end. */
export function splitLines(text: string): string[] {
  return text.split(/\r?\n/)
}

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
