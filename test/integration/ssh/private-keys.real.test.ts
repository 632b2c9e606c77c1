import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKey } from '../../../electron/backend/ssh/keys/private-key.ts'

describe.runIf(existsSync('/usr/bin/ssh-keygen'))('the keys that ssh -i takes', () => {
  let folder: string
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'nps keys-'))))
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const passphrase = 'open sesame'
  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const keygen = (name: string, ...args: string[]): string => {
    const file = join(folder, name)
    run('ssh-keygen', '-q', '-C', 'test', '-f', file, ...args)
    return file
  }
  const publicOf = async (file: string): Promise<string> =>
    (await readFile(`${file}.pub`, 'utf8')).split(' ')[1] ?? ''
  const seen = async (key: string, word?: string): Promise<string> =>
    (await readKey(key, word)).getPublicSSH().toString('base64')

  const kinds = {
    'RSA as PKCS#8': ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'],
    'ECDSA as PKCS#8': ['-t', 'ecdsa', '-m', 'PKCS8'],
    'RSA as PEM': ['-t', 'rsa', '-b', '2048', '-m', 'PEM'],
    'ECDSA as PEM': ['-t', 'ecdsa', '-m', 'PEM'],
    'Ed25519 of OpenSSH': ['-t', 'ed25519'],
  }
  it.each(Object.entries(kinds))('%s, with and without a passphrase', async (name, args) => {
    const open = keygen(`${name} open`, '-N', '', ...args)
    expect(await seen(open)).toBe(await publicOf(open))
    const sealed = keygen(`${name} sealed`, '-N', passphrase, ...args)
    expect(await seen(sealed, passphrase)).toBe(await publicOf(sealed))
    const text = await readFile(sealed, 'utf8')
    expect(await seen(text, passphrase)).toBe(await publicOf(sealed))
    await expect(readKey(sealed, undefined)).rejects.toMatchObject({
      code: 'key-passphrase-needed',
      params: { given: 0 },
    })
    await expect(readKey(sealed, 'wrong')).rejects.toMatchObject({
      code: 'key-passphrase-needed',
      params: { given: 1 },
    })
  })

  it('Ed25519 as PKCS#8, which openssl makes', async () => {
    const file = join(folder, 'openssl')
    run('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', file)
    const key = await readKey(file, undefined)
    const signed = key.sign(Buffer.from('text'))
    expect(key.verify(Buffer.from('text'), signed)).toBe(true)
    expect(key.type).toBe('ssh-ed25519')
  })

  it('however it was copied', async () => {
    const file = keygen('copied', '-N', '', '-t', 'ed25519')
    const wanted = await publicOf(file)
    const text = await readFile(file, 'utf8')
    expect(await seen(`"${file}"`)).toBe(wanted)
    expect(await seen(` '${file}'\n`)).toBe(wanted)
    expect(await seen(`~/${relative(homedir(), file)}`)).toBe(wanted)
    expect(await seen(`"$HOME/${relative(homedir(), file)}"`)).toBe(wanted)
    expect(await seen(`Here it is:\n${text}\nBest wishes\n`)).toBe(wanted)
    expect(await seen(text.replaceAll('\n', '\r\n'))).toBe(wanted)
    expect(await seen(text.replaceAll(/^/gm, '    '))).toBe(wanted)
    expect(await seen(text.trim())).toBe(wanted)
  })

  it('a public key is called one, and its private half is named', async () => {
    const file = keygen('halves', '-N', '', '-t', 'ed25519')
    const text = await readFile(`${file}.pub`, 'utf8')
    await expect(readKey(text, undefined)).rejects.toMatchObject({ code: 'key-is-public' })
    await expect(readKey(`${file}.pub`, undefined)).rejects.toMatchObject({
      code: 'key-is-public',
      params: { other: file },
    })
    const rfc = run('ssh-keygen', '-e', '-f', `${file}.pub`)
    await expect(readKey(rfc, undefined)).rejects.toMatchObject({ code: 'key-is-public' })
  })

  it('what cannot be read comes with the line that changes it', async () => {
    const file = keygen('chacha', '-N', passphrase, '-t', 'ed25519', '-Z', 'chacha20-poly1305@openssh.com')
    const failure = (await readKey(file, passphrase).catch((error: unknown) => error)) as {
      code: string
      params: { command: string }
    }
    expect(failure.code).toBe('key-format-unsupported')
    run('sh', '-c', `${failure.params.command} -P '${passphrase}' -N '${passphrase}'`)
    expect(await seen(file, passphrase)).toBe(await publicOf(file))
    await expect(
      readKey('PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', undefined),
    ).rejects.toMatchObject({ code: 'key-format-unsupported', params: { format: 'PuTTY 3' } })
    await expect(readKey(join(folder, 'nowhere'), undefined)).rejects.toMatchObject({
      code: 'key-unreadable',
      params: { reason: 'ENOENT' },
    })
  })
})
