import { createHash, hkdfSync, randomInt } from 'node:crypto'
import { formatHostPort, parseHostPort, type HostPort } from '@nps-desktop/relay-core/address'
import { AppError } from '../failures/app-error.ts'

/** Crockford's base32: no I, L, O and U, which are taken for others. */
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 5 bits each: 95 bits, which nobody tries out, also not with all that the server knows. */
const secretLength = 19
/** With the one that tells a typing mistake. */
const codeLength = secretLength + 1
const groupLength = 5

/** What one laptop shows and the other is told: which server both reach, and the secret that everything else is made of. */
export interface MoveCode {
  readonly place: HostPort
  /** 19 of `symbols`. */
  readonly secret: string
}

/** What the two laptops derive of the secret. None of them tells the others. */
export interface MoveKeys {
  /** Of the private tunnel: the server knows it. */
  readonly password: string
  /** What is said inside the tunnel to be given the data; 43 characters. */
  readonly request: string
  /** Opens the data. */
  readonly passphrase: string
}

export function newMoveSecret(): string {
  return Array.from({ length: secretLength }, () => symbols.charAt(randomInt(symbols.length))).join('')
}

/** As it is shown: `203.0.113.5:8024 K7QF2-9XMDT-4WB3H-Q8NRC`. */
export function formatMoveCode({ place, secret }: MoveCode): string {
  const groups = (secret + checkOf(secret)).match(new RegExp(`.{${groupLength}}`, 'g')) ?? []
  return `${formatHostPort(place)} ${groups.join('-')}`
}

/**
 * Reads what a person has typed or pasted: in any case, with any spaces and hyphens, full-width too, O for 0, I and L for 1. Throws
 * `code-mistyped` for what is no code, and for 31 of 32 codes with a mistake in the groups.
 */
export function parseMoveCode(text: string): MoveCode {
  const [, where = '', groups = ''] = /^\s*(\S+)\s+([\s\S]+)$/.exec(text.normalize('NFKC')) ?? []
  const typed = groups
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const secret = typed.slice(0, secretLength)
  const isRight =
    typed.length === codeLength &&
    [...typed].every((symbol) => symbols.includes(symbol)) &&
    typed.endsWith(checkOf(secret))
  const place = placeOf(where)
  if (!isRight || !place) throw new AppError('code-mistyped', 'This is not a code of another laptop.', {})
  return { place, secret }
}

/** HKDF (RFC 5869) with SHA-256 and a label for each: the secret has enough bits to do without stretching. */
export function keysOfMove(secret: string): MoveKeys {
  const derive = (label: string): string =>
    Buffer.from(hkdfSync('sha256', secret, '', `nps-desktop another laptop 1 ${label}`, 32)).toString(
      'base64url',
    )
  return { password: derive('password'), request: derive('request'), passphrase: derive('passphrase') }
}

function checkOf(secret: string): string {
  const [first = 0] = createHash('sha256').update(`nps-desktop move code 1 ${secret}`).digest()
  return symbols.charAt(first % symbols.length)
}

function placeOf(text: string): HostPort | null {
  try {
    return parseHostPort(text, 'server')
  } catch {
    return null
  }
}
