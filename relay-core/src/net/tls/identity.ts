import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../../files/atomic-file.ts'
import { curlPinOf, fingerprintOf, windowsPinOf } from './fingerprint.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'

/** What a relay, or an agent to its visitors, proves itself with. Besides its state, a relay's key file is its only irreplaceable secret. */
export interface Identity {
  readonly keyPem: string
  readonly certPem: string
  /** `sha256:` and 43 characters of base64url, over the public key. */
  readonly fingerprint: string
  /** The same for `curl --pinnedpubkey`. */
  readonly curlPin: string
  /** For Windows PowerShell: see `windowsPinOf`. */
  readonly windowsPin: string
}

const fileName = 'identity.pem'

/** Reads the program's key from its state `folder`, or makes one (P-256) at the first start. The file is readable by its owner only. */
export async function loadOrCreateIdentity(folder: string): Promise<Identity> {
  const path = join(folder, fileName)
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (existing !== undefined) return describe(parseKey(path, existing))
  const identity = createIdentity()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // On the disk before it is used: a relay that loses its key loses its agents.
  await writeFileAtomically(path, identity.keyPem)
  return identity
}

/** A new key, which lives as long as the process unless it is stored. */
export function createIdentity(): Identity {
  return describe(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
}

function parseKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    throw new Error(
      `${path} is not a private key, so this program cannot prove who it is. Restore the file from a backup, or delete it: ` +
        'it then makes a new one, and everyone who knows its fingerprint must be told the new one.',
      { cause: error },
    )
  }
}

function describe(privateKey: KeyObject): Identity {
  const publicKey = createPublicKey(privateKey)
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certPem: selfSignedCertificate(privateKey, publicKey),
    fingerprint: fingerprintOf(publicKey),
    curlPin: curlPinOf(publicKey),
    windowsPin: windowsPinOf(publicKey),
  }
}
