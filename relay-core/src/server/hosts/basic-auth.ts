import { createHash, timingSafeEqual } from 'node:crypto'

export interface User {
  readonly name: string
  readonly password: string
}

/**
 * Whether an `Authorization: Basic` field (RFC 7617) names one of `users`. Takes the same time for a wrong name, a wrong
 * password and a password of another length.
 */
export function provesUser(users: readonly User[], authorization: string | undefined): boolean {
  const encoded = /^basic +([a-z0-9+/]{1,4096}={0,2})$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return false
  const given = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = given.indexOf(':')
  if (colon < 0) return false
  let proved = false
  for (const { name, password } of users) {
    const isName = sameText(name, given.slice(0, colon))
    const isPassword = sameText(password, given.slice(colon + 1))
    if (isName && isPassword) proved = true
  }
  return proved
}

function sameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
