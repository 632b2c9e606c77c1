import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ivBytes = 12
const tagBytes = 16

/**
 * Where no OS keychain is at hand: AES-256-GCM under a random key in `<folder>/secret-key`, mode 0600.
 * Sealed form: iv (12) · tag (16) · ciphertext.
 */
export interface KeyFile {
  encrypt(plain: string): Promise<Uint8Array>
  decrypt(sealed: Uint8Array): Promise<string>
}

/** Reads the key, or makes it at the first start. Rejects when the file is not 32 bytes long. */
export async function openKeyFile(folder: string): Promise<KeyFile> {
  const path = join(folder, 'secret-key')
  const key = await readOrCreate(path)
  if (key.length !== 32)
    throw new Error(
      `${path} is damaged: ${key.length} bytes instead of 32. Restore it, or remove it and sign in again.`,
    )
  return {
    encrypt: (plain) => {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Promise.resolve(Buffer.concat([iv, cipher.getAuthTag(), body]))
    },
    decrypt: async (sealed) => {
      const bytes = Buffer.from(sealed)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString(
        'utf8',
      )
    },
  }
}

async function readOrCreate(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const key = randomBytes(32)
  // `wx`: of two first starts at once only one makes the key
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(key)
    await file.sync()
  } finally {
    await file.close()
  }
  return key
}
