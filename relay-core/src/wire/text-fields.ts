import { WireError } from './bytes.ts'

/**
 * What may stand in the texts of messages. A name that something is found by ends the link when it breaks its grammar;
 * words for people lose only what could end a line, drive a terminal or turn the direction of what stands behind.
 */

/** Control characters, line and paragraph separators, halves of pairs, marks of direction. */
const unprintableSet = String.raw`\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}`
const unprintable = new RegExp(`[${unprintableSet}]`, 'gu')
const pathGrammar = new RegExp(`^[^${unprintableSet}]*$`, 'u')
const hostGrammar = new RegExp(String.raw`^[^\s${unprintableSet}]*$`, 'u')

/** Words for people: a sentence, a version, a machine's own name. */
export function words(text: string, maxLength = 255): string {
  return text.replace(unprintable, ' ').slice(0, maxLength)
}

/** Of an agent's key, as `nps` prints it; empty for an agent without. */
export function fingerprintField(text: string): string {
  return checked(text, /^(?:sha256:[A-Za-z0-9_-]{43})?$/, 'fingerprint')
}

/**
 * An account of the agent's machine, or empty. Narrower than what some systems allow, since it is shown within command lines:
 * there it is neither an option nor more than one word.
 */
export const accountGrammar = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})?$/

export function accountField(text: string): string {
  return checked(text, accountGrammar, 'account')
}

/** A failure's code. */
export function codeField(text: string): string {
  return checked(text, /^[a-z][a-z0-9-]{0,63}$/, 'code')
}

/** A host name or an address, with or without its port; empty where the stream has none. */
export function hostField(text: string): string {
  return checked(text, hostGrammar, 'host')
}

/** A folder of the agent's machine, or a part of a requested path. */
export function pathField(text: string): string {
  return checked(text, pathGrammar, 'path')
}

/** Who visits, for the agent's log: an address with its port, or the relay's own word such as `health-check`. */
export function visitorField(text: string): string {
  return checked(text, /^[\x20-\x7e]{0,80}$/, 'visitor')
}

/** An address without its port, or empty where it is not known. */
export function addressField(text: string): string {
  return checked(text, /^[0-9a-fA-F:.]{0,45}$/, 'address')
}

function checked(text: string, grammar: RegExp, what: string): string {
  // The text itself stays out of the message, which goes to the log.
  if (!grammar.test(text)) throw new WireError(`a ${what} that cannot be one`)
  return text
}
