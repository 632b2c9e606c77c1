import { readFileSync } from 'node:fs'
import { usageError } from './flags.ts'

/** The one line of the file that the flag `-<name>_file` names: a secret that never shows in the process list. */
export function readOneLineFile(name: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw usageError(`There is no ${file}, which -${name}_file names.`)
    throw usageError(
      `-${name}_file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
  if (text === '' || /[\r\n]/.test(text)) throw usageError(`${file} needs one line with the ${name}.`)
  return text
}
