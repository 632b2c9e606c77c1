import { settings } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import type { HostKeyRecord, LabRecord, ServerRecord, Storage, TunnelNote } from '../storage/records.ts'
import { labRecord, serverRecord, tunnelNote } from '../storage/schemas.ts'

/** What goes to another computer, in the clear. Its limits are far above what a person has. */
export interface MovedData {
  readonly madeAtMs: number
  /** Of the app that made it. */
  readonly version: string
  readonly servers: readonly ServerRecord[]
  readonly labs: readonly LabRecord[]
  readonly tunnelNotes: readonly TunnelNote[]
  readonly hostKeys: readonly HostKeyRecord[]
  readonly settings: MovedSettings
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
}

/** Without what belongs to one computer, or says where programs are fetched from. */
const movedSettings = settings.omit({ sshEntries: true, updateAddress: true }).partial()
export type MovedSettings = z.infer<typeof movedSettings>

const text = z.string().max(4_096)
/** As the app makes its ids: they become parts of names of secrets, of links, and of lines in settings of other programs. */
const plainId = /^[\w-]{1,64}$/
const hasPlainIds = (row: { readonly id: string; readonly serverId?: string }): boolean =>
  plainId.test(row.id) && (row.serverId === undefined || plainId.test(row.serverId))
const hostKey = z.object({
  host: text,
  port: z.number().int().min(1).max(65_535),
  way: text,
  algorithm: text.regex(/^[\w@.-]+$/),
  fingerprint: text.regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
  key: text.regex(/^[A-Za-z0-9+/]+=*$/).nullable(),
  pinnedAtMs: z.number().nonnegative(),
})

export const movedData: z.ZodType<MovedData> = z.object({
  madeAtMs: z.number().int().nonnegative(),
  version: z.string().max(64),
  servers: z.array(serverRecord.refine(hasPlainIds)).max(256),
  labs: z.array(labRecord.refine(hasPlainIds)).max(2_048),
  tunnelNotes: z.array(tunnelNote.refine(hasPlainIds)).max(8_192),
  hostKeys: z.array(hostKey).max(4_096),
  // one that this version does not know is none
  settings: movedSettings.catch({}),
  secrets: z.array(z.object({ name: z.string().max(256), value: z.string().max(128 * 1024) })).max(8_192),
})

/** All of the app's data that is worth something on another computer; the trial is not. */
export async function dataToMove(
  storage: Storage,
  { version, nowMs }: { version: string; nowMs: number },
): Promise<MovedData> {
  const servers = storage.servers.list().filter(({ local }) => !local)
  const ids = new Set(servers.map(({ id }) => id))
  const labs = storage.labs.list().filter(({ serverId }) => ids.has(serverId))
  const ours = new Set([...servers.map(({ id }) => `server/${id}`), ...labs.map(({ id }) => `lab/${id}`)])
  const secrets: { name: string; value: string }[] = []
  for (const name of storage.secrets.names()) {
    if (!ours.has(name.split('/').slice(0, 2).join('/'))) continue
    const value = await storage.secrets.get(name)
    if (value !== null) secrets.push({ name, value })
  }
  return {
    madeAtMs: nowMs,
    version,
    // what a check of the ports found is found again
    servers: servers.map((server) => ({ ...server, ports: null })),
    labs,
    tunnelNotes: storage.tunnelNotes
      .list()
      .filter(
        ({ id, removal }) => removal === null && [...ids].some((serverId) => id.startsWith(`${serverId}-t`)),
      ),
    hostKeys: storage.hostKeys.list(),
    settings: movedSettings.parse(storage.settings.get()),
    secrets,
  }
}
