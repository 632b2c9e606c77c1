import { labIdOf, parseTunnelId, tunnelIdOf } from '../ids.ts'
import type { HostKeyRecord, LabRecord, ServerRecord, Storage, TunnelNote } from '../storage/records.ts'
import type { MovedData, MovedSettings } from './moved-data.ts'

/** What of a file is not here yet, with the ids that it gets here. Nothing that is here is in it. */
export interface Arrival {
  readonly servers: readonly ServerRecord[]
  readonly labs: readonly LabRecord[]
  readonly tunnelNotes: readonly TunnelNote[]
  readonly hostKeys: readonly HostKeyRecord[]
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
  readonly settings: MovedSettings
}

type Here = Pick<Storage, 'servers' | 'labs' | 'tunnelNotes' | 'hostKeys' | 'settings'> & {
  readonly secrets: Pick<Storage['secrets'], 'has'>
}

/**
 * Compares a file with what is here; pure. A server is the same by its id, by its relay's identity, or by its ssh address; a lab
 * box by its id, or by its client on that server. What is here stays as it is.
 */
export function arrivalOf(data: MovedData, here: Here, defaults: MovedSettings): Arrival {
  const serverIds = new Map<string, string>()
  const labIds = new Map<string, string>()
  const servers: ServerRecord[] = []
  for (const server of data.servers) {
    if (server.local || serverIds.has(server.id)) continue
    const same = here.servers.list().find((one) => isSameServer(one, server))
    serverIds.set(server.id, same?.id ?? server.id)
    if (!same) servers.push(server)
  }

  const labs: LabRecord[] = []
  for (const lab of data.labs) {
    const serverId = serverIds.get(lab.serverId)
    if (serverId === undefined || labIds.has(lab.id)) continue
    const same = here.labs
      .list()
      .find(
        (one) =>
          one.id === lab.id ||
          (one.serverId === serverId && lab.clientId !== null && one.clientId === lab.clientId),
      )
    const ownId =
      lab.clientId === null
        ? lab.id
        : lab.id.replace(labIdOf(lab.serverId, lab.clientId), labIdOf(serverId, lab.clientId))
    labIds.set(lab.id, same?.id ?? ownId)
    if (same) continue
    const { jump } = lab
    const throughId = jump.kind === 'server' ? serverIds.get(jump.serverId) : undefined
    labs.push({
      ...lab,
      id: ownId,
      serverId,
      jump:
        jump.kind !== 'server'
          ? jump
          : throughId === undefined
            ? { kind: 'none' }
            : { ...jump, serverId: throughId },
    })
  }

  const tunnelNotes: TunnelNote[] = []
  const taken = new Set(here.tunnelNotes.list().map(({ localPort }) => localPort))
  for (const note of data.tunnelNotes) {
    const parsed = parseTunnelId(note.id)
    const serverId = serverIds.get(parsed?.serverId ?? '')
    if (!parsed || serverId === undefined) continue
    const id = tunnelIdOf(serverId, parsed.relayTunnelId)
    if (here.tunnelNotes.get(id) || tunnelNotes.some((one) => one.id === id)) continue
    const labId = note.wished && labIds.get(note.wished.labId)
    tunnelNotes.push({
      ...note,
      id,
      removal: null,
      // another tunnel has this port of this laptop
      localPort: taken.has(note.localPort) ? null : note.localPort,
      wished: note.wished && labId ? { ...note.wished, labId } : null,
    })
  }

  return {
    servers,
    labs,
    tunnelNotes,
    hostKeys: data.hostKeys.filter((key) => here.hostKeys.get(key) === undefined),
    secrets: data.secrets.flatMap(({ name, value }) => {
      const moved = secretHere(name, { serverIds, labIds })
      return moved === null || here.secrets.has(moved) ? [] : [{ name: moved, value }]
    }),
    settings: changedSettings(data.settings, here.settings.get(), defaults),
  }
}

function isSameServer(here: ServerRecord, moved: ServerRecord): boolean {
  if (here.local) return false
  if (here.id === moved.id) return true
  if (here.relay && moved.relay) return here.relay.fingerprint === moved.relay.fingerprint
  const [a, b] = [here.address, moved.address]
  return a !== null && b !== null && a.host === b.host && a.port === b.port
}

/** `server/<id>/…` and `lab/<id>/…`, whatever part of it; null: of something that is not in the file. */
function secretHere(
  name: string,
  { serverIds, labIds }: { serverIds: ReadonlyMap<string, string>; labIds: ReadonlyMap<string, string> },
): string | null {
  const [, kind, id = '', part] = /^(server|lab)\/([^/]+)\/([\w-]+)$/.exec(name) ?? []
  const moved = kind === 'server' ? serverIds.get(id) : kind === 'lab' ? labIds.get(id) : undefined
  return kind === undefined || moved === undefined ? null : `${kind}/${moved}/${part}`
}

/** Those that nobody has changed here. */
function changedSettings(moved: MovedSettings, here: MovedSettings, defaults: MovedSettings): MovedSettings {
  const names = Object.keys(defaults) as (keyof MovedSettings)[]
  const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
  return Object.fromEntries(
    names.flatMap((name) =>
      moved[name] !== undefined && isSame(here[name], defaults[name]) && !isSame(moved[name], here[name])
        ? [[name, moved[name]]]
        : [],
    ),
  )
}
