import { ExitError, exitCode } from './exit.ts'

/** What a flag takes: a text, or nothing (`-json`, `-json=false`). */
export type FlagKind = 'text' | 'switch'
export type FlagKinds = Readonly<Record<string, FlagKind>>

export interface ParsedFlags<K extends FlagKinds> {
  readonly flags: { readonly [N in keyof K]?: K[N] extends 'switch' ? boolean : string }
  /** The words before, between and after the flags. */
  readonly words: readonly string[]
}

/**
 * Flags as Go programs take them: `-name=value`, `--name=value` or `-name value`; switches alone or with
 * `=true|false`. Throws an `ExitError` of wrong usage that lists the known ones, or says what is used in place of that one: `instead`.
 */
export function parseFlags<const K extends FlagKinds>(
  args: readonly string[],
  kinds: K,
  instead: Readonly<Record<string, string>> = {},
): ParsedFlags<K> {
  const flags: Record<string, string | boolean> = {}
  const words: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg)
    if (!match) {
      words.push(arg)
      continue
    }
    const [, name = '', given] = match
    const kind = kinds[name]
    if (!kind) {
      const answer = Object.hasOwn(instead, name) ? instead[name] : undefined
      throw usageError(
        answer === undefined
          ? `There is no flag -${name}. Known here: ${listFlags(kinds)}.`
          : `There is no flag -${name} here: ${answer}.`,
      )
    }
    if (kind === 'switch') flags[name] = readSwitch(name, given)
    else {
      const value = given ?? args[++index]
      if (value === undefined) throw usageError(`-${name} needs a value: -${name}=...`)
      flags[name] = value
    }
  }
  return { flags: flags as ParsedFlags<K>['flags'], words }
}

function readSwitch(name: string, given: string | undefined): boolean {
  if (given === undefined || given === 'true' || given === '1') return true
  if (given === 'false' || given === '0') return false
  throw usageError(`-${name} is either true or false, not "${given}".`)
}

/** A positive whole number given by a flag. */
export function requireNumber(value: string | undefined, name: string): number {
  if (value === undefined) throw usageError(`-${name}=... is missing.`)
  const number = optionalNumber(value, name)
  return number ?? 0
}

export function optionalNumber(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,9}$/.test(value) || Number(value) < 1) {
    throw usageError(`-${name} needs a positive number, not "${value}".`)
  }
  return Number(value)
}

export function requireText(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw usageError(`-${name}=... is missing.`)
  return value
}

export function usageError(message: string): ExitError {
  return new ExitError(exitCode.usage, message)
}

/** The commands of a group, such as `nps client`, after the word that is none of them, if there is one. */
export function noSuchCommand(group: string, words: readonly string[], usage: string): ExitError {
  const why = words.length > 0 ? `There is no command "${group} ${words.join(' ')}".\n\n` : ''
  return usageError(`${why}${usage}`)
}

function listFlags(kinds: FlagKinds): string {
  const names = Object.keys(kinds).map((name) => `-${name}`)
  return names.length > 0 ? names.join(' ') : 'none'
}
