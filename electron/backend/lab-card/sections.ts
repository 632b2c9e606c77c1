/** The parts of a lab box's answer, by their names; see `lookScript`. */
export type Sections = ReadonlyMap<string, readonly string[]>

/** Takes an answer apart at the lines that begin with `mark`; lines without words are left out. */
export function readSections(text: string, mark: string): Sections {
  const sections = new Map<string, string[]>()
  let lines: string[] | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith(`${mark} `)) {
      lines = []
      sections.set(line.slice(mark.length + 1).trim(), lines)
    } else if (line.trim() !== '') lines?.push(line)
  }
  return sections
}

/** A number as a machine prints it; null for `[N/A]` and other words. */
export function readNumber(text: string | undefined): number | null {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return null
  const value = Number(trimmed)
  return Number.isFinite(value) && value >= 0 ? value : null
}

/** Between 0 and 100. */
export function readPercent(text: string | undefined): number | null {
  const value = readNumber(text)
  return value === null ? null : Math.min(100, value)
}
