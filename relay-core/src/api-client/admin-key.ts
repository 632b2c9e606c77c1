import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { Secret } from '../secret.ts'

const fileName = 'admin.key'
/** `Authorization: NPS-Admin <hex>`: the key itself never crosses the wire. */
export const adminScheme = 'NPS-Admin'
const exporterLabel = 'EXPORTER-nps-desktop-admin'
const proofLabel = 'nps-desktop admin 1'

/**
 * Reads the key with which the desktop app manages this relay, or makes one: 32 random bytes as base64url in
 * `admin.key`, readable by its owner only. Deleting the file and restarting revokes it.
 */
export async function loadOrCreateAdminKey(folder: string): Promise<Secret> {
  const path = join(folder, fileName)
  const existing = await readAdminKey(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (existing) return existing
  const key = randomBytes(32).toString('base64url')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFileAtomically(path, `${key}\n`)
  return new Secret(key)
}

/** The key of a relay that has run. Rejects with the system's error, `ENOENT` when there is none. */
export async function readAdminKey(folder: string): Promise<Secret> {
  const path = join(folder, fileName)
  const text = (await readFile(path, 'utf8')).trim()
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return new Secret(text)
  throw new Error(
    `${path} does not hold an admin key. Delete it: nps makes a new one, which the app must be told.`,
  )
}

/** What the app sends for this connection, worthless on any other: bound to its TLS 1.3 secrets. */
export function adminProof(adminKey: Secret, socket: TLSSocket): string {
  const exporter = socket.exportKeyingMaterial(32, exporterLabel, Buffer.alloc(0))
  return createHmac('sha256', adminKey.reveal()).update(proofLabel).update(exporter).digest('hex')
}

/** Whether the header proves the admin key on this connection. */
export function provesAdminKey(adminKey: Secret, header: string | undefined, socket: TLSSocket): boolean {
  const match = /^NPS-Admin ([0-9a-f]{64})$/.exec(header ?? '')
  if (!match?.[1] || socket.getProtocol() !== 'TLSv1.3') return false
  return timingSafeEqual(Buffer.from(match[1], 'hex'), Buffer.from(adminProof(adminKey, socket), 'hex'))
}
