import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { RelayError } from '../../api/errors.ts'
import { encodePrefixed } from './length-prefixed.ts'
import { readExactly } from '../../net/stream/read-exactly.ts'
import { readPrefixed } from './read-prefixed.ts'

/** What a connection is for; relay-core/spec/nps-compat.md §3 describes what each is for. */
export const stockRoles = ['main', 'chan', 'conf', 'file', 'sert', 'p2pm', 'rgst'] as const
export type StockRole = (typeof stockRoles)[number]

const magic = 'TST'
/** The version of the protocol; 0.26.0 to 0.26.10 all use this one. */
const coreVersion = '0.26.0'
const maxVersionBytes = 32_768
const md5HexBytes = 32
const accepted = 'sucs'
const refused = 'vkey'

/** Lower-case hex, as keys and passwords travel. The protocol needs MD5; nothing else here should use it. */
export function md5Hex(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

export interface StockGreeting {
  /** The program's own version, free text, without the NUL bytes that some pad it with. */
  readonly version: string
  readonly keyMd5: string
}

/** Steps 1 to 5, the relay's side. Rejects with `version-unsupported`, or an error for anything that is not a greeting. */
export async function readGreeting(
  socket: Duplex,
  { signal }: { signal: AbortSignal },
): Promise<StockGreeting> {
  const begin = (await readExactly(socket, magic.length, { signal })).toString('latin1')
  if (begin !== magic) throw new RangeError('a stock program begins with TST')
  const core = (await readPrefixed(socket, { signal, max: maxVersionBytes })).toString()
  const version = (await readPrefixed(socket, { signal, min: 0, max: maxVersionBytes })).toString()
  if (!core.startsWith('0.26.')) {
    throw new RelayError(
      'version-unsupported',
      `A stock npc of protocol ${core.slice(0, 20)} was turned away: 0.26 is understood.`,
      {
        agent: core.slice(0, 20),
      },
    )
  }
  socket.write(md5Hex(coreVersion))
  const keyMd5 = (await readExactly(socket, md5HexBytes, { signal })).toString('latin1').toLowerCase()
  return { version: readable(version), keyMd5 }
}

/** A peer's free text for logs and screens. */
function readable(version: string): string {
  return version.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 64)
}

/** Steps 6 and 7 for a known key. Rejects with a `RangeError` on an unknown role. */
export async function readRole(socket: Duplex, { signal }: { signal: AbortSignal }): Promise<StockRole> {
  socket.write(accepted)
  const flag = (await readExactly(socket, 4, { signal })).toString('latin1')
  const role = stockRoles.find((known) => known === flag)
  if (!role) throw new RangeError(`unknown role ${JSON.stringify(flag)}`)
  return role
}

/** Step 6 for an unknown key; the caller closes. */
export function refuseKey(socket: Duplex): void {
  socket.end(refused)
}

/**
 * The agent's side of the whole handshake. Rejects with `version-unsupported` when the relay speaks another version,
 * `wrong-key` when it does not know the vkey or has the client switched off.
 */
export async function greetRelay(
  socket: Duplex,
  { vkey, version, role, signal }: { vkey: string; version: string; role: StockRole; signal: AbortSignal },
): Promise<void> {
  socket.write(Buffer.concat([Buffer.from(magic), encodePrefixed(coreVersion), encodePrefixed(version)]))
  const answer = (await readExactly(socket, md5HexBytes, { signal })).toString('latin1')
  if (answer !== md5Hex(coreVersion)) {
    throw new RelayError(
      'version-unsupported',
      'The relay speaks another version of the stock protocol than 0.26.',
    )
  }
  socket.write(md5Hex(vkey))
  const verdict = (await readExactly(socket, 4, { signal })).toString('latin1')
  if (verdict !== accepted) {
    throw new RelayError(
      'wrong-key',
      'The relay refuses this vkey: it knows no such client, or the client is switched off. Copy its command again.',
    )
  }
  socket.write(role)
}
