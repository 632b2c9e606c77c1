import { createSecretKey } from 'node:crypto'
import type { Client } from 'ssh2'

/**
 * Prepares the keys of a connection once instead of for each packet: AES-GCM then takes half the time. Until the next exchange of keys, which
 * OpenSSH wants after 64 GB. Another cipher, or another ssh2 than the one that was read, stays as it is. Answers how many were prepared, 2 at most.
 */
export function prepareKeys(client: Client): number {
  let prepared = 0
  const { _cipher: cipher, _decipher: decipher } = client._protocol ?? {}
  if (cipher && Buffer.isBuffer(cipher._encKey)) {
    cipher._encKey = createSecretKey(cipher._encKey)
    prepared++
  }
  if (decipher && Buffer.isBuffer(decipher._decipherKey)) {
    decipher._decipherKey = createSecretKey(decipher._decipherKey)
    prepared++
  }
  return prepared
}
