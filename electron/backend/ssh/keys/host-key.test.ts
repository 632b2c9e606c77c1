import { describe, expect, it } from 'vitest'
import { describeHostKey, hostKeyAlgorithms } from './host-key.ts'

describe('host keys', () => {
  it('have the fingerprint that OpenSSH prints', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIE1lZpEGJUfMcWrzAgsIDJkeQ9y84Hjx4ZRi5pEFTDxB', 'base64')
    expect(describeHostKey(blob).algorithm).toBe('ssh-ed25519')
    // by ssh-keygen -lf
    expect(describeHostKey(blob).fingerprint).toBe('SHA256:J/huIakuPHR84F9ADVepX1VLkyyTaJmGLCho+vIhX3w')
  })

  it('are asked for by the kind that is pinned first', () => {
    expect(hostKeyAlgorithms(undefined)[0]).toBe('ssh-ed25519')
    expect(hostKeyAlgorithms('ssh-rsa').slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'])
    expect(hostKeyAlgorithms('ecdsa-sha2-nistp256')[0]).toBe('ecdsa-sha2-nistp256')
  })
})
