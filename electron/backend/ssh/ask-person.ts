import { stripVTControlCharacters } from 'node:util'

/** What a machine asks in the middle of a sign-in that the app has no answer for. */
export interface MachineQuestion {
  /** The machine as the person calls it. */
  readonly machine: string
  readonly user: string
  /** The machine's own words, by `machineLines`. */
  readonly instructions: string
  /** One for each answer; `echo`: what is typed may be seen. Empty with `isPassword`, which is one answer. */
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[]
  /** Wanted is the password of the account, by the method that asks in no words of its own (RFC 4252 §8). */
  readonly isPassword: boolean
  /** The machine has refused the last answers. */
  readonly isAgain: boolean
}

/** Fulfils with an answer for each prompt, or with null when there is none: called off, or too late. */
export type AskPerson = (
  question: MachineQuestion,
  options: { signal: AbortSignal },
) => Promise<readonly string[] | null>

/** Longer than any notice of a second factor that lists its ways. */
const maxLength = 2_000
const maxLines = 30

/** Text of a machine that has not let anyone in yet: bounded, and without what controls a terminal or turns text around. */
export function machineLines(text: string): string {
  return stripVTControlCharacters(text.slice(0, 4 * maxLength))
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/(?!\n)\p{C}/gu, '')
    .split('\n')
    .slice(0, maxLines)
    .join('\n')
    .trim()
    .slice(0, maxLength)
}
