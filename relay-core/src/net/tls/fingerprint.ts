import { createHash, type KeyObject } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** SHA-256 of the DER of a SubjectPublicKeyInfo: it stays the same when another certificate is made for the same key. */
function publicKeyHash(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
}

/** How a relay's public key is named everywhere: `sha256:` and 43 characters of base64url. */
export function fingerprintOf(key: KeyObject): string {
  return `sha256:${publicKeyHash(key).toString('base64url')}`
}

/** Whether two fingerprints name the same key; hex and other alphabets of base64 are read too. */
export function isSameFingerprint(one: string, other: string): boolean {
  return decode(one).equals(decode(other))
}

function decode(fingerprint: string): Buffer {
  const text = fingerprint.replace(/^sha256:/, '')
  return Buffer.from(text, /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64')
}

/** The same hash in the form that `curl --pinnedpubkey` takes. */
export function curlPinOf(key: KeyObject): string {
  return `sha256//${publicKeyHash(key).toString('base64')}`
}

/** The fingerprint of the key the peer has just proved, or undefined when the session was resumed without a new proof. */
export function peerFingerprint(socket: TLSSocket): string | undefined {
  if (socket.isSessionReused()) return undefined
  const certificate = socket.getPeerX509Certificate()
  return certificate && fingerprintOf(certificate.publicKey)
}
