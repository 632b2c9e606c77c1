import type { KeyObject } from 'node:crypto'

/**
 * An Ed25519 key as the unsealed text of OpenSSH, the one form in which ssh2 reads it (PROTOCOL.key of OpenSSH).
 * Throws for any other kind of key.
 */
export function openSshKeyOf(key: KeyObject): string {
  const { crv, d, x } = key.export({ format: 'jwk' })
  if (crv !== 'Ed25519' || typeof d !== 'string' || typeof x !== 'string')
    throw new TypeError('this is not an Ed25519 key')
  const point = Buffer.from(x, 'base64url')
  const publicPart = Buffer.concat([string('ssh-ed25519'), string(point)])
  const secret = Buffer.concat([
    // two equal numbers, by which a wrong passphrase is noticed; this text has none
    Buffer.alloc(8),
    publicPart,
    string(Buffer.concat([Buffer.from(d, 'base64url'), point])),
    string(''),
  ])
  const padded = Buffer.alloc(Math.ceil(secret.length / 8) * 8)
  secret.copy(padded)
  for (let at = secret.length; at < padded.length; at++) padded[at] = at - secret.length + 1
  const one = Buffer.from([0, 0, 0, 1])
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    one,
    string(publicPart),
    string(padded),
  ]).toString('base64')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.replaceAll(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function string(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
