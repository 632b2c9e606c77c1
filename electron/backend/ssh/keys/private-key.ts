import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ParsedKey } from 'ssh2'
import { AppError } from '../../failures/app-error.ts'
import { openSshKeyOf } from './openssh-key.ts'
import { shellWord as quote } from '@nps-desktop/relay-core/api'

/** A key's text, and how it is called in a message. `file` is empty for one that was pasted. */
interface KeyText {
  readonly text: string
  readonly file: string
  readonly label: string
}

/**
 * `key` is the text of a private key, or the path of its file, as a person writes it: with quotes around, with `~`.
 * Takes what `ssh -i` takes: the formats of OpenSSH, OpenSSL (PKCS#1, SEC 1, PKCS#8), and PuTTY 2.
 * Throws `key-unreadable`, `key-is-public`, `key-format-unsupported`, `key-passphrase-needed`.
 */
export async function readKey(key: string, passphrase: string | undefined): Promise<ParsedKey> {
  const given = passphrase === undefined || passphrase === '' ? undefined : passphrase
  const found = await findText(key)
  const { text } = found
  if (isPublicKey(text)) throw isPublic(found)
  const format = unsupportedFormat(text)
  if (format) throw unsupported(found, format)
  const block = keyBlock(text)
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(block)) return fromPkcs8(block, given, found)
  return fromSsh2(block, given, found)
}

/** The file that `readKey` reads; null where the key itself was given. */
export function keyFileOf(key: string): string | null {
  if (/BEGIN [A-Z0-9 ]*KEY ?---|PuTTY-User-Key-File/.test(key) || isPublicKey(key)) return null
  return join(pathOf(key))
}

async function findText(key: string): Promise<KeyText> {
  const file = keyFileOf(key)
  if (file === null) return { text: key, file: '', label: 'the pasted key' }
  try {
    return { text: await readFile(file, 'utf8'), file, label: file }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    throw unreadable({ file, label: file }, reason, error)
  }
}

/** `"~/.ssh/id"`, as it is copied from a configuration or a shell. */
function pathOf(text: string): string {
  const bare = text.trim().replace(/^(["'])(.*)\1$/, '$2')
  return bare.replace(/^(?:~|\$HOME|\$\{HOME\}|%USERPROFILE%)(?=[/\\])/, () => homedir())
}

function isPublicKey(text: string): boolean {
  return (
    /^\s*(?:ssh-|ecdsa-|sk-)[\w@.-]+ AAAA/.test(text) ||
    (/BEGIN (?:SSH2 |RSA )?PUBLIC KEY ?---/.test(text) && !/BEGIN [A-Z0-9 ]*PRIVATE KEY ?---/.test(text))
  )
}

/** The block alone: mail and pages put text before and behind, blanks in front of lines, and ends of lines of their own. */
function keyBlock(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n')
  const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/.exec(lines)?.[0]
  if (block === undefined) return lines.trimStart()
  return `${block.replaceAll(/^[ \t]+|[ \t]+$/gm, '')}\n`
}

/** Formats that are known by name, and how each becomes one that can be read. */
function unsupportedFormat(text: string): { name: string; command: (file: string) => string } | undefined {
  const putty = /PuTTY-User-Key-File-(\d+)/.exec(text)?.[1]
  if (putty !== undefined && putty !== '2') {
    return {
      name: `PuTTY ${putty}`,
      command: (file) => `puttygen ${file} -O private-openssh -o ${file}.openssh`,
    }
  }
  if (/---- BEGIN SSH2 (?:ENCRYPTED )?PRIVATE KEY ----/.test(text))
    return { name: 'SSH2 (RFC 4716)', command: (file) => `ssh-keygen -i -f ${file}` }
  const cipher = opensshCipher(text)
  if (cipher?.startsWith('chacha20') === true) {
    return {
      name: `OpenSSH, sealed by ${cipher}`,
      command: (file) => `ssh-keygen -p -Z aes256-ctr -f ${file}`,
    }
  }
  return undefined
}

/** The cipher that the header of an OpenSSH key names (PROTOCOL.key of OpenSSH). */
function opensshCipher(text: string): string | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1]
  if (body === undefined) return undefined
  const bytes = Buffer.from(body, 'base64')
  const magic = 'openssh-key-v1\0'
  if (bytes.length < magic.length + 4 || bytes.toString('latin1', 0, magic.length) !== magic) return undefined
  const length = bytes.readUInt32BE(magic.length)
  return bytes.toString('latin1', magic.length + 4, magic.length + 4 + Math.min(length, 64))
}

function fromPkcs8(block: string, passphrase: string | undefined, found: KeyText): ParsedKey {
  const isSealed = block.includes('ENCRYPTED')
  if (isSealed && passphrase === undefined) throw locked(found, false)
  let key: KeyObject
  try {
    key = createPrivateKey({ key: block, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    // each of the libraries under Node and Electron says it in its own words; a cipher that it lacks it calls unsupported
    if (isSealed && !/unsupported|unknown/i.test(reason)) throw locked(found, true, error)
    throw unreadable(found, reason, error)
  }
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return fromSsh2(key.export({ format: 'pem', type: 'pkcs1' }).toString(), undefined, found)
    case 'ec':
      return fromSsh2(key.export({ format: 'pem', type: 'sec1' }).toString(), undefined, found)
    case 'ed25519':
      return fromSsh2(openSshKeyOf(key), undefined, found)
    default:
      throw unreadable(found, `SSH knows no keys of the kind ${key.asymmetricKeyType ?? '?'}`)
  }
}

function fromSsh2(block: string, passphrase: string | undefined, found: KeyText): ParsedKey {
  const parsed: unknown = ssh2.utils.parseKey(block, passphrase)
  if (!(parsed instanceof Error)) {
    const one = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | undefined
    if (one === undefined || !one.isPrivateKey()) throw isPublic(found)
    return one
  }
  const isSealed =
    /^Proc-Type: 4,ENCRYPTED/m.test(block) || /passphrase|decrypt|integrity/i.test(parsed.message)
  if (isSealed && !/unsupported/i.test(parsed.message)) throw locked(found, passphrase !== undefined, parsed)
  throw unreadable(found, parsed.message, parsed)
}

function locked({ file, label }: KeyText, given: boolean, cause?: unknown): AppError {
  return new AppError(
    'key-passphrase-needed',
    given ? `The passphrase does not open ${label}.` : `${label} is locked by a passphrase.`,
    { file, given: given ? 1 : 0 },
    { cause, fixes: [{ action: 'enter-secret' }] },
  )
}

function isPublic({ file, label }: KeyText): AppError {
  const other = file.endsWith('.pub') ? file.slice(0, -'.pub'.length) : ''
  return new AppError(
    'key-is-public',
    `${label} is a public key; the private one is needed to sign in${other === '' ? '' : `: ${other}`}.`,
    { file, ...(other === '' ? {} : { other }) },
    { fixes: [{ action: 'enter-secret' }] },
  )
}

function unsupported(
  { file, label }: KeyText,
  { name, command }: { name: string; command: (file: string) => string },
): AppError {
  const line = command(file === '' ? 'FILE' : quote(file))
  return new AppError(
    'key-format-unsupported',
    `${label} is a key in the format ${name}, which this app cannot read. This makes one that it can: ${line}`,
    { file, format: name, command: line },
    { fixes: [{ action: 'copy', text: line }, { action: 'enter-secret' }] },
  )
}

function unreadable({ file, label }: Omit<KeyText, 'text'>, reason: string, cause?: unknown): AppError {
  return new AppError(
    'key-unreadable',
    `${label} cannot be used as a private key: ${reason}.`,
    { file, reason },
    { cause, fixes: [{ action: 'enter-secret' }] },
  )
}
