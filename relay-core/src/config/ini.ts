import { RelayError } from '../api/errors.ts'

/** One `key=value` line of a stock configuration file. `line` counts from 1. */
export interface IniEntry {
  readonly section: string
  readonly key: string
  readonly value: string
  readonly line: number
}

const longestFileBytes = 256 * 1024

/**
 * Reads the stock INI dialect: `#` and `;` start comment lines, keys ignore case, values may stand in double
 * quotes, and there are no comments behind a value. Throws `config-invalid` with the file's name and the line.
 */
export function parseIni(text: string, file: string): IniEntry[] {
  if (text.length > longestFileBytes) {
    throw new RelayError('config-invalid', `${file} is larger than ${longestFileBytes / 1024} KiB.`, {
      path: file,
      line: 1,
    })
  }
  let section = ''
  const entries: IniEntry[] = []
  splitLines(text).forEach((raw, index) => {
    const content = raw.replace(/^\uFEFF/, '').trim()
    const line = index + 1
    if (content === '' || content.startsWith('#') || content.startsWith(';')) return
    const heading = /^\[([^\]]*)\]$/.exec(content)
    if (heading) {
      section = (heading[1] ?? '').trim()
      return
    }
    const pair = /^([^=\s][^=]*?)\s*=\s*(.*)$/.exec(content)
    if (!pair) throw configError(file, line, `expected key=value, found "${content.slice(0, 40)}"`)
    const [, key = '', value = ''] = pair
    entries.push({ section, key: key.toLowerCase(), value: unquote(value), line })
  })
  return entries
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
