import { readFile } from 'node:fs/promises'
import { isIPv6, type Socket } from 'node:net'
import { addressBytes, mappedPrefix } from '../address/address-bytes.ts'
import { plainAddress } from '../address/plain-address.ts'

/**
 * Whether a program of this very account, or of root, is at the other end of a connection within this machine. Linux tells
 * whose each socket is; other systems do not, and there it is always true.
 *
 * The kernel looks through its whole table of connections for that, some 5 ms on a machine with 24 GB, outside of this
 * thread; all connections that come meanwhile share the next look.
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

  /** A look that began before a connection was there may not show it, so whoever comes meanwhile waits for the next. */
  read(): Promise<string> {
    if (this.#reading) {
      this.#next ??= this.#reading.then(() => {
        this.#next = undefined
        return this.read()
      })
      return this.#next
    }
    // Without IPv6 there is no table of it; what cannot be read shows nobody, who is let in nowhere.
    const reading = readFile(this.#path, 'latin1').catch(() => '')
    this.#reading = reading
    void reading.then(() => (this.#reading = undefined))
    return reading
  }
}

const tcp = new KernelTable('/proc/net/tcp')
const tcp6 = new KernelTable('/proc/net/tcp6')

/** Each word of 32 bits as the processor stores it: the bytes of every four in reverse, on all that we run on. */
function kernelEnd(bytes: Buffer, port: number): string {
  const words = Buffer.from(bytes).swap32().toString('hex')
  return `${words}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}

/** An IPv4 address as a socket of both families shows it. */
function mappedBytes(address: string): Buffer {
  const bytes = addressBytes(address)
  return bytes.length === 4 ? Buffer.concat([mappedPrefix, bytes]) : bytes
}
