import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RelayTunnel } from '@nps-desktop/relay-core/api'

const saltBytes = 16

/**
 * By which a password is known again: salt and SHA-256, both in hex. The password itself, which the relay makes of 32 random
 * characters, is not kept on this laptop.
 */
export function markPassword(password: string): string {
  const salt = randomBytes(saltBytes)
  return `${salt.toString('hex')}.${hashOf(salt, password).toString('hex')}`
}

/** The mark of a private tunnel's password. Empty where the relay does not tell it: then it is marked when it is first seen. */
export function markOf({ settings }: RelayTunnel): string {
  return settings.password === undefined ? '' : markPassword(settings.password)
}

/** Whether `mark` was made of this password. */
export function isMarkOf(mark: string, password: string): boolean {
  const [salt = '', hash = ''] = mark.split('.')
  const expected = Buffer.from(hash, 'hex')
  const found = hashOf(Buffer.from(salt, 'hex'), password)
  return expected.length === found.length && timingSafeEqual(expected, found)
}

function hashOf(salt: Buffer, password: string): Buffer {
  return createHash('sha256').update(salt).update(password).digest()
}
