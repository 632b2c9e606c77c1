import { printable, printableJson } from '../../api/words/printable.ts'

/** One or more lines on standard output. What someone else has typed, or a peer has sent, must not control this terminal. */
export function print(text: string): void {
  process.stdout.write(`${printableLines(text)}\n`)
}

/** The same on standard error, for what a script that reads the answer must not meet in it. */
export function printBeside(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`)
}

/** Columns under headings; a cell that is undefined is a dash. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  const cells = [headings, ...rows.map((row) => row.map((cell) => printable(String(cell ?? '-'), '?')))]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `1.5 MiB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Chinese and other wide characters take two columns of a terminal. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(
      character,
    )
      ? 2
      : 1
  return width
}

/** Several lines of which each is printable. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line, '?'))
    .join('\n')
}
