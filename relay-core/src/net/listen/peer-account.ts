import { readFile } from 'node:fs/promises'
import { isIPv6, type Socket } from 'node:net'
import { addressBytes, mappedPrefix } from '../address/address-bytes.ts'
import { plainAddress } from '../address/plain-address.ts'

/**
 * Whether a program of this account, or of root, is at the other end of a connection within this machine. Linux tells
 * who owns each socket; other systems do not, and there it is always true.
 *
 * The kernel searches its whole table of connections for that, some 5 ms on a machine with 24 GB, outside this
 * thread; all connections that arrive meanwhile share the next search.
 */
export async function isOwnAccount({
  remoteAddress,
  remotePort = 0,
  localAddress,
  localPort = 0,
}: Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>): Promise<boolean> {
  const uid = process.platform === 'linux' ? process.getuid?.() : undefined
  if (uid === undefined) return true
  if (remoteAddress === undefined || localAddress === undefined) return false
  // The peer's own socket: what is local to it is remote to us.
  const from = { address: plainAddress(remoteAddress), port: remotePort }
  const to = { address: plainAddress(localAddress), port: localPort }
  // A socket of both families shows its IPv4 connections beside those of IPv6.
  for (const table of isIPv6(from.address) ? ([tcp6] as const) : ([tcp, tcp6] as const)) {
    const found = ownerOf(await table.read(), [from, to])
    if (found !== null) return found === uid || found === 0
  }
  return false
}

interface End {
  readonly address: string
  readonly port: number
}

/**
 * The account of the socket that is bound to the first end and connected to the second; null: there is none, or its program
 * has closed it already, when the kernel may show root's number instead. Lines of /proc/net/tcp (proc(5)):
 * `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`.
 */
export function ownerOf(table: string, [from, to]: readonly [End, End]): number | null {
  for (const bytes of [addressBytes, mappedBytes]) {
    const at = table.indexOf([from, to].map(({ address, port }) => kernelEnd(bytes(address), port)).join(' '))
    if (at < 0) continue
    const [, , , , , , uid, , inode] = table.slice(at, table.indexOf('\n', at)).split(/\s+/)
    return inode === '0' ? null : Number(uid)
  }
  return null
}

class KernelTable {
  readonly #path: string
  #reading: Promise<string> | undefined
  #next: Promise<string> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** A search that began before a connection existed may not show it, so newcomers wait for the next one. */
  read(): Promise<string> {
    if (this.#reading) {
      this.#next ??= this.#reading.then(() => {
        this.#next = undefined
        return this.read()
      })
      return this.#next
    }
    // Without IPv6 there is no table for it; if it cannot be read, no owner is found and nobody is let in.
    const reading = readFile(this.#path, 'latin1').catch(() => '')
    this.#reading = reading
    void reading.then(() => (this.#reading = undefined))
    return reading
  }
}

const tcp = new KernelTable('/proc/net/tcp')
const tcp6 = new KernelTable('/proc/net/tcp6')

/** Each 32-bit word as the processor stores it: every four bytes reversed, on all processors we run on. */
function kernelEnd(bytes: Buffer, port: number): string {
  const words = Buffer.from(bytes).swap32().toString('hex')
  return `${words}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}

/** An IPv4 address as a socket of both families shows it. */
function mappedBytes(address: string): Buffer {
  const bytes = addressBytes(address)
  return bytes.length === 4 ? Buffer.concat([mappedPrefix, bytes]) : bytes
}
