import { isAbsolute } from 'node:path'
import { printableText } from '../../api/words/printable.ts'

/** A program and its arguments, which no shell reads. */
export interface BeforeDial {
  /** Its whole path. */
  readonly program: string
  readonly args: readonly string[]
}

const maxLength = 1_024
const words = /^ *(?:"[^"]*"|[^ "]+)(?: +(?:"[^"]*"|[^ "]+))* *$/

/** Null, or what is wrong with the command of `-before_dial`. */
export function beforeDialProblem(command: string): string | null {
  if (command.length > maxLength) return `has more than ${maxLength} characters: put them into a script`
  if (!printableText.test(command)) return 'has characters that no command has'
  if (!words.test(command)) {
    return 'has quotation marks that stand round no word; in npc.conf a line that begins and ends with one needs a second pair round it'
  }
  const { program } = parseBeforeDial(command)
  return isAbsolute(program)
    ? null
    : 'needs the whole path of a program or script, then its arguments; no shell reads it'
}

/** Words between spaces; one with spaces stands in double quotation marks. */
export function parseBeforeDial(command: string): BeforeDial {
  const [program = '', ...args] = [...command.matchAll(/"([^"]*)"|[^ "]+/g)].map(
    ([word, quoted]) => quoted ?? word,
  )
  return { program, args }
}
