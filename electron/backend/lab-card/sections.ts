import { printable } from '@nps-desktop/relay-core/api'

/** The parts of a lab box's answer, by their names; see `lookScript`. */
export type Sections = ReadonlyMap<string, readonly string[]>

/** Takes an answer apart at the lines that begin with `mark`; lines without words are left out. What stands in them is other people's text, and is shown. */
export function readSections(text: string, mark: string): Sections {
  const sections = new Map<string, string[]>()
  let lines: string[] | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith(`${mark} `)) {
      lines = []
      sections.set(line.slice(mark.length + 1).trim(), lines)
    } else if (line.trim() !== '') lines?.push(printable(line))
  }
  return sections
}

/** Bytes, ticks and ids of real machines are below this, and what is made of them is finite. */
const maxFigure = 1e15

/** A number as a machine prints it; null for `[N/A]`, other words, and what no machine has. */
export function readNumber(text: string | undefined): number | null {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return null
  const value = Number(trimmed)
  return value >= 0 && value <= maxFigure ? value : null
}

/** Between 0 and 100. */
export function readPercent(text: string | undefined): number | null {
  const value = readNumber(text)
  return value === null ? null : Math.min(100, value)
}
