import { printableJson } from '@nps-desktop/relay-core/api'

/** Longer values than any sentence has use for are cut: in their middle, since both ends of a path tell something. */
const maxLength = 600
const head = 400

/**
 * Someone else's name or words in a sentence of ours, as names of files, machines and processes are: on one line, with every
 * character that could turn round what stands beside it written as its number, and of bounded length.
 */
export function readable(text: string): string {
  const line = printableJson(text.replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '))
  const letters = [...line]
  if (letters.length <= maxLength) return line
  return `${letters.slice(0, head).join('')}…${letters.slice(head - maxLength + 1).join('')}`
}
