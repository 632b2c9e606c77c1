import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fingerprintOf } from './host-key.ts'

/** Larger than the file of anybody who does not collect hosts by the thousand. */
const maxFileBytes = 4 * 1024 * 1024

/**
 * Whether the ssh of this account knows the machine by this key, as its known_hosts says (sshd(8), SSH_KNOWN_HOSTS FILE
 * FORMAT). Lines with a marker (@revoked, @cert-authority) and patterns with wildcards prove nothing here.
 * A file that cannot be read knows nobody.
 */
export async function sshKnows(
  { host, port, fingerprint }: { host: string; port: number; fingerprint: string },
  file = join(homedir(), '.ssh', 'known_hosts'),
): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  if (text.length > maxFileBytes) return false
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
  return text.split('\n').some((line) => {
    const [names = '', , key = ''] = line.trim().split(/\s+/)
    if (names === '' || names.startsWith('#') || names.startsWith('@')) return false
    if (fingerprintOf(Buffer.from(key, 'base64')) !== fingerprint) return false
    return names.split(',').some((one) => isName(one, name))
  })
}

/** A name as it stands, or hashed: `|1|salt|HMAC-SHA1(salt, name)`. */
function isName(written: string, name: string): boolean {
  const [, kind, salt, hash] = written.split('|')
  if (kind !== '1' || salt === undefined) return written.toLowerCase() === name
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}
