import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { describeHostKey, hostKeyAlgorithms } from '../keys/host-key.ts'
import { commandLine, quote } from './quote.ts'

describe('quoting for a POSIX shell', () => {
  it('gives every word back as it was', () => {
    const words = [
      '',
      ' ',
      "it's",
      "''",
      '"$HOME"',
      '`id`',
      '$(id)',
      '\\',
      'a\nb\n',
      '!x',
      '*',
      '~',
      '-n',
      '中文 é',
      '\x7f\x01',
      ';&|<>',
    ]
    const script = `for w in ${commandLine(...words)}; do printf '%s\\0' "$w"; done`
    const said = execFileSync('sh', ['-c', script]).toString('utf8')
    expect(said.split('\0').slice(0, -1)).toEqual(words)
  })

  it('leaves plain words readable and refuses what no command line can carry', () => {
    expect(quote('/usr/bin/nps')).toBe('/usr/bin/nps')
    expect(quote("it's")).toBe(`'it'\\''s'`)
    expect(quote('')).toBe("''")
    expect(() => quote('a\0b')).toThrow('NUL')
  })
})

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
