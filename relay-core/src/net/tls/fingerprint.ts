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

/**
 * SHA-256 in base64 over the bits of the public key alone, without the name of its algorithm: what .NET gives out of a certificate
 * (`X509Certificate.GetPublicKey`), and so what a line for Windows PowerShell compares.
 */
export function windowsPinOf(key: KeyObject): string {
  return createHash('sha256')
    .update(bitsOf(key.export({ type: 'spki', format: 'der' })))
    .digest('base64')
}

/** Of a SubjectPublicKeyInfo (RFC 5280, section 4.1): a sequence of the algorithm and a bit string, which begins with its count of unused bits. */
function bitsOf(spki: Buffer): Buffer {
  const { contentAt } = derAt(spki, 0)
  const algorithm = derAt(spki, contentAt)
  const bits = derAt(spki, algorithm.endAt)
  return spki.subarray(bits.contentAt + 1, bits.endAt)
}

function derAt(der: Buffer, at: number): { contentAt: number; endAt: number } {
  const first = der.readUInt8(at + 1)
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes)
  const contentAt = at + 2 + lengthBytes
  return { contentAt, endAt: contentAt + length }
}

/** The fingerprint of the key the peer has just proved, or undefined when the session was resumed without a new proof. */
export function peerFingerprint(socket: TLSSocket): string | undefined {
  if (socket.isSessionReused()) return undefined
  const certificate = socket.getPeerX509Certificate()
  return certificate && fingerprintOf(certificate.publicKey)
}
