import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownerOnly } from '../../testing/owner-only.ts'
import { fingerprintOf, isSameFingerprint } from './fingerprint.ts'
import { loadOrCreateIdentity } from './identity.ts'

describe('identity', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-identity-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is made once, and is the same after a restart', async () => {
    const made = await loadOrCreateIdentity(folder)
    const again = await loadOrCreateIdentity(folder)
    expect(again.fingerprint).toBe(made.fingerprint)
    expect(made.fingerprint).toMatch(/^sha256:[\w-]{43}$/)
    expect((await stat(join(folder, 'identity.pem'))).mode & 0o777).toBe(ownerOnly)
  })

  it('has a certificate that OpenSSL reads, signed by its own key and valid', async () => {
    const { certPem, fingerprint, curlPin, windowsPin } = await loadOrCreateIdentity(folder)
    const certificate = new X509Certificate(certPem)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(fingerprintOf(certificate.publicKey)).toBe(fingerprint)
    expect(new Date(certificate.validFrom).getTime()).toBeLessThan(Date.now())
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(9999)
    expect(isSameFingerprint(curlPin.replace('sha256//', 'sha256:'), fingerprint)).toBe(true)
    // the bits of a P-256 key are the two coordinates behind a 4
    const { x = '', y = '' } = certificate.publicKey.export({ format: 'jwk' })
    const bits = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
    expect(windowsPin).toBe(createHash('sha256').update(bits).digest('base64'))
  })

  it('is not replaced when its file cannot be read', async () => {
    await writeFile(join(folder, 'identity.pem'), 'half a file')
    await expect(loadOrCreateIdentity(folder)).rejects.toThrow(/identity\.pem is not a private key.*backup/)
  })
})
