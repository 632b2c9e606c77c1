import { usageError } from '../shared/flags.ts'
import { readOneLineFile } from '../shared/one-line-file.ts'
import type { NpcFlags } from './npc-flags.ts'

/** The flags with what `-vkey_file` and `-password_file` hold: one line, which never shows in the process list. */
export function withSecretFiles(flags: NpcFlags): NpcFlags {
  return { ...flags, ...fromFile(flags, 'vkey'), ...fromFile(flags, 'password') }
}

function fromFile(flags: NpcFlags, name: 'vkey' | 'password'): NpcFlags {
  const file = flags[`${name}_file`]
  if (file === undefined) return {}
  if (flags[name] !== undefined) throw usageError(`Give -${name} or -${name}_file, not both.`)
  return { [name]: readOneLineFile(name, file) }
}
