import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { AppError } from '../failures/app-error.ts'

/**
 * What a passphrase seals, version 1. All of the head is authenticated with the rest.
 *
 * ```
 * 0   8  "npsmove1"
 * 8   1  cost: the binary logarithm of scrypt's N; r is 8, p is 1 (RFC 7914)
 * 9   4  length of the sealed text, big-endian
 * 13  16 salt
 * 29  12 nonce
 * 41  16 proof of the passphrase
 * 57     the text by AES-256-GCM, then its tag of 16 bytes
 * ```
 */
const magic = Buffer.from('npsmove1')
const saltAt = 13
const nonceAt = 29
const proofAt = 41
const headBytes = 57
const tagBytes = 16

/** N = 2^17 with r = 8, the OWASP Password Storage Cheat Sheet's first choice: 128 MB, and a second or so. */
const usualCost = 17
/** A file must not be able to ask for more memory than ours do; below 2^10 it is none of ours. */
const [minCost, maxCost] = [10, usualCost]
const blockSize = 8

/** Of the whole file: in base64 it still is one message to the app in a browser, which takes 1 MiB. */
export const maxSealedBytes = 700_000

/** Throws `export-too-large`. */
export async function seal(text: string, passphrase: string, { cost = usualCost } = {}): Promise<Buffer> {
  const body = Buffer.from(text)
  if (headBytes + body.length + tagBytes > maxSealedBytes) {
    throw new AppError(
      'export-too-large',
      `The data has ${body.length} bytes, more than fit into one file.`,
      {
        bytes: body.length,
      },
    )
  }
  const head = Buffer.alloc(headBytes)
  magic.copy(head)
  head.writeUInt8(cost, 8)
  head.writeUInt32BE(body.length, 9)
  randomBytes(proofAt - saltAt).copy(head, saltAt)
  const { key, proof } = await keysOf(passphrase, head)
  proof.copy(head, proofAt)
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(nonceAt, proofAt))
  cipher.setAAD(head)
  return Buffer.concat([head, cipher.update(body), cipher.final(), cipher.getAuthTag()])
}

/** Throws `export-unreadable` for what is no such file or was changed, `export-newer`, `passphrase-wrong`. */
export async function unseal(file: Buffer, passphrase: string): Promise<string> {
  if (file.length < magic.length || !file.subarray(0, 7).equals(magic.subarray(0, 7)))
    throw unreadable('it is not a file of this kind')
  if (!file.subarray(0, magic.length).equals(magic))
    throw new AppError('export-newer', 'The file was made by a newer version of the app.', {})
  if (file.length < headBytes + tagBytes) throw unreadable('its end is missing')
  const cost = file.readUInt8(8)
  if (cost < minCost || cost > maxCost) throw unreadable('its head is damaged')
  const length = file.readUInt32BE(9)
  if (file.length < headBytes + length + tagBytes) throw unreadable('its end is missing')
  if (file.length > headBytes + length + tagBytes) throw unreadable('something was added to it')
  const head = file.subarray(0, headBytes)
  const { key, proof } = await keysOf(passphrase, head)
  if (!timingSafeEqual(proof, head.subarray(proofAt)))
    throw new AppError('passphrase-wrong', 'This passphrase does not open the file.', {})
  const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(nonceAt, proofAt))
  decipher.setAAD(head)
  decipher.setAuthTag(file.subarray(headBytes + length))
  try {
    return Buffer.concat([
      decipher.update(file.subarray(headBytes, headBytes + length)),
      decipher.final(),
    ]).toString()
  } catch (cause) {
    throw unreadable('it was changed after it was made', cause)
  }
}

export function unreadable(reason: string, cause?: unknown): AppError {
  return new AppError('export-unreadable', `The file cannot be read: ${reason}.`, {}, { cause })
}

/** The proof says whether the passphrase is right without touching the text: a wrong one is told apart from a damaged file. */
async function keysOf(passphrase: string, head: Buffer): Promise<{ key: Buffer; proof: Buffer }> {
  const N = 2 ** head.readUInt8(8)
  const options = { N, r: blockSize, p: 1, maxmem: 256 * N * blockSize }
  const salt = head.subarray(saltAt, nonceAt)
  const both = await new Promise<Buffer>((resolve, reject) => {
    // the same letters typed on another system may be other code points
    scrypt(passphrase.normalize('NFKC'), salt, 64, options, (error, derived) => {
      if (error) reject(error)
      else resolve(derived)
    })
  })
  const proof = createHmac('sha256', both.subarray(32))
    .update('passphrase')
    .digest()
    .subarray(0, headBytes - proofAt)
  return { key: both.subarray(0, 32), proof }
}
