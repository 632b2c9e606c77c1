import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'

const path =
  process.platform === 'win32'
    ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts'

/** A file with a million blocked names is read, one of a gigabyte is not. */
const maxBytes = 64 * 1024 * 1024

const loopback: readonly string[] = ['127.0.0.1', '::1']

let known: { readonly mtimeMs: number; readonly names: ReadonlyMap<string, readonly string[]> } | undefined

/** The addresses that this machine's hosts file gives a name; `localhost` and names below it are always known (RFC 6761). */
export async function namedInHostsFile(name: string): Promise<readonly string[] | undefined> {
  const wanted = name.toLowerCase().replace(/\.$/, '')
  const listed = (await read()).get(wanted)
  if (listed) return listed
  return wanted === 'localhost' || wanted.endsWith('.localhost') ? loopback : undefined
}

async function read(): Promise<ReadonlyMap<string, readonly string[]>> {
  try {
    const { mtimeMs, size } = await stat(path)
    if (known?.mtimeMs !== mtimeMs) {
      known = { mtimeMs, names: size > maxBytes ? new Map() : parseHosts(await readFile(path, 'utf8')) }
    }
    return known.names
  } catch {
    // A machine without the file has no such names; its contents are up to the system.
    return new Map()
  }
}

/** One `address name [name ...]` per line, `#` begins a comment. */
export function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...rest] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (isIP(address) === 0) continue
    for (const name of rest) {
      const key = name.toLowerCase()
      const addresses = names.get(key)
      if (addresses) addresses.push(address)
      else names.set(key, [address])
    }
  }
  return names
}
