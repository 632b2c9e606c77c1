import { readConfLine, splitLines } from '../../api/conf/conf-text.ts'
import { RelayError } from '../../api/errors.ts'

/** One `key=value` line of a stock configuration file. `line` counts from 1. */
export interface IniEntry {
  readonly section: string
  readonly key: string
  readonly value: string
  readonly line: number
}

const maxFileBytes = 256 * 1024

/** A titled part of a file with its lines, in their order. What precedes the first title has the name ''. */
export interface IniSection {
  readonly name: string
  /** The line of its title; 1 for what precedes the first one. */
  readonly line: number
  readonly entries: IniEntry[]
}

/**
 * Reads the stock INI dialect line by line, see `readConfLine`. Throws `config-invalid` with the file's name and the line.
 */
export function parseIni(text: string, file: string): IniEntry[] {
  return parseIniSections(text, file).flatMap(({ entries }) => entries)
}

/** The same by sections, empty ones included; one whose name occurs twice is listed twice. */
export function parseIniSections(text: string, file: string): IniSection[] {
  if (text.length > maxFileBytes) {
    throw new RelayError('config-invalid', `${file} is larger than ${maxFileBytes / 1024} KiB.`, {
      path: file,
      line: 1,
    })
  }
  let section: IniSection = { name: '', line: 1, entries: [] }
  const sections = [section]
  splitLines(text).forEach((raw, index) => {
    const line = index + 1
    const read = readConfLine(raw)
    switch (read.kind) {
      case 'heading':
        section = { name: read.name, line, entries: [] }
        sections.push(section)
        break
      case 'pair':
        section.entries.push({ section: section.name, key: read.key, value: read.value, line })
        break
      case 'wrong':
        throw configError(file, line, `expected key=value, found "${read.text.slice(0, 40)}"`)
      case 'nothing':
        break
    }
  })
  return sections
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
