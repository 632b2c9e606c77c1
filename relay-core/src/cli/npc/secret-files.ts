import { readFileSync } from 'node:fs'
import { usageError } from '../shared/flags.ts'
import type { NpcFlags } from './npc-flags.ts'

/** The flags with what `-vkey_file` and `-password_file` hold: one line, which never shows in the process list. */
export function withSecretFiles(flags: NpcFlags): NpcFlags {
  return { ...flags, ...fromFile(flags, 'vkey'), ...fromFile(flags, 'password') }
}

function fromFile(flags: NpcFlags, name: 'vkey' | 'password'): NpcFlags {
  const file = flags[`${name}_file`]
  if (file === undefined) return {}
  if (flags[name] !== undefined) throw usageError(`Give -${name} or -${name}_file, not both.`)
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw usageError(
      `-${name}_file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
  if (text === '' || /[\r\n]/.test(text)) throw usageError(`${file} needs one line with the ${name}.`)
  return { [name]: text }
}
