import { RelayError } from '../../api/errors.ts'
import { withCompilerSetting } from './compilers.ts'
import { startAgain } from './start-again.ts'

const variable = 'NPS_HIDDEN_ARGUMENTS'

/**
 * This program's arguments. Those of `secretFlags` would show in the process list, which everyone on the machine can
 * read, as long as the program runs. So it replaces itself, under the same pid, with them in its environment,
 * which only its owner can read. A secret that must not be seen even for a moment belongs in a file (`-vkey_file=`) or in
 * NPC_SERVER_VKEY.
 */
export function takeArguments(secretFlags: readonly string[]): string[] {
  const given = process.argv.slice(2)
  const hidden = process.env[variable]
  if (hidden !== undefined) {
    // Programs started from here need not know it.
    delete process.env[variable]
    return [...given, ...handedOver(hidden)]
  }
  const { secret, rest } = split(given, secretFlags)
  // Where it cannot be replaced it goes on as it is: Windows shows a command line only to its user and to administrators, and elsewhere the flag has to go on working.
  if (secret.length > 0)
    startAgain(rest, withCompilerSetting({ ...process.env, [variable]: JSON.stringify(secret) }))
  return given
}

/** @throws RelayError `invalid-input` for what this program has not written itself */
function handedOver(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  } catch {
    // told below
  }
  const message = `${variable} is set, and not by this program, which keeps secret arguments there. Unset it and start again.`
  throw new RelayError('invalid-input', message, {})
}

/** Flags with their values, in both spellings: `-vkey=x` and `-vkey x`. */
export function split(
  args: readonly string[],
  secretFlags: readonly string[],
): { secret: string[]; rest: string[] } {
  const secret: string[] = []
  const rest: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const [, name = '', value] = /^--?([^-=][^=]*)(=.*)?$/s.exec(arg) ?? []
    if (!secretFlags.includes(name)) rest.push(arg)
    else {
      const next = value === undefined ? args[++index] : undefined
      secret.push(arg, ...(next === undefined ? [] : [next]))
    }
  }
  return { secret, rest }
}
