import { tunnelModes } from '@nps-desktop/relay-core/api'
import type { InterchangeableMode, Limits, RelayTunnel, TunnelSettings } from '@nps-desktop/relay-core/api'
import { modeOfKind, namesakeOf } from '@nps-desktop/electron/contract'
import type { TunnelReach } from '@nps-desktop/electron/contract'
import { provePort } from '../checks/port-proof.ts'
import { isLaptopPortFree } from '../forwards/laptop-port.ts'
import { refuseForbidden } from '../known-tunnels/allowed-target.ts'
import { type ListedTunnel, listedTunnel } from '../known-tunnels/list-tunnels.ts'
import { newNote } from '../known-tunnels/new-note.ts'
import { markOf } from '../known-tunnels/private-password.ts'
import { reachOfMode } from '../known-tunnels/reach-of-mode.ts'
import { kindOf } from '../known-tunnels/tunnel-kind.ts'
import type { Relays } from '../relays/relays.ts'
import type { Entrance } from '../storage/entrance.ts'
import type { Storage } from '../storage/records.ts'
import type { FreePorts } from './free-ports.ts'
import { hasLimits, inMode, tooOld } from './relay-takes.ts'
import { untilTold } from './until-told.ts'

/** What is left out stays as it is. */
export interface WantedChange {
  readonly tunnelId: string
  readonly name?: string | undefined
  readonly reach?: TunnelReach | undefined
  readonly port?: number | undefined
  readonly target?: string | undefined
  /** Of the service at `target`, where it is known. */
  readonly entrance?: Entrance | null
  readonly settings?: TunnelSettings | undefined
  readonly limits?: Limits | undefined
}

/** Changes tunnels. */
export class TunnelEdits {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #ports: FreePorts

  constructor(options: { storage: Storage; relays: Relays; ports: FreePorts }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#ports = options.ports
  }

  /** A changed public port is proved to be reachable first; until then the tunnel stays on the old one. */
  async edit(change: WantedChange, { signal }: { signal: AbortSignal }): Promise<void> {
    const listed = listedTunnel(this.#storage, this.#relays, change.tunnelId)
    const { server, relayTunnel } = listed
    const { name, port, target, settings, limits } = change
    if (target !== undefined && target !== relayTunnel.target) refuseForbidden(listed.lab, target)
    const given = Object.fromEntries(
      Object.entries({ name, target, settings, limits }).filter(([, value]) => value !== undefined),
    )
    const reach = change.reach ?? listed.reach
    // whoever can be asked for another reach has a mode of each
    const modeFor = (wanted: TunnelReach) => modeOfKind(listed.kind, wanted) as InterchangeableMode
    const save = async (place: { mode?: InterchangeableMode; port?: number }): Promise<RelayTunnel> => {
      const api = await this.#relays.reach(server.id, { signal })
      const wanted = { id: relayTunnel.id, ...given, ...place }
      const edited = await inMode(server, api.tunnels.edit(wanted, { signal }))
      if (place.mode !== undefined && edited.mode !== place.mode) throw tooOld(server)
      if (!hasLimits(edited, limits)) throw tooOld(server)
      const note = this.#storage.tunnelNotes.get(listed.id)
      // another target is another service, whose entrance is not known
      const kept = edited.target === relayTunnel.target ? (note?.entrance ?? null) : null
      const entrance = change.entrance ?? kept
      const leadsTo = settings?.folder ?? target?.trim()
      const wished =
        leadsTo === undefined ? (note?.wished ?? null) : { labId: listed.lab.id, target: leadsTo }
      if (note || wished)
        this.#storage.tunnelNotes.put({
          ...(note ??
            newNote(
              listed.id,
              edited.target === relayTunnel.target ? listed.kind : kindOf(edited, undefined),
            )),
          entrance,
          wished,
        })
      await untilTold(this.#relays, server.id, edited)
      return edited
    }
    if (reach === 'laptop') {
      await this.#keepLaptopPort(listed, port, target ?? relayTunnel.target)
      if (listed.reach === reach) await save({})
      else await this.#changeReach(listed, () => save({ mode: modeFor('laptop') }))
      return
    }
    const isMoved = port !== undefined && port !== relayTunnel.port
    if (isMoved && server.relay && tunnelModes[relayTunnel.mode].port === 'tcp')
      await provePort({ name: server.name, host: server.relay.host }, port, { signal })
    if (listed.reach === reach) {
      if (isMoved) await this.#ports.onChosen(server, port, () => save({ port }))
      else await save({})
      return
    }
    const open = (at: number): Promise<void> =>
      this.#changeReach(listed, () => save({ mode: modeFor('anyone'), port: at }))
    return port === undefined ? this.#ports.onNext(server, open) : open(port)
  }

  /** While the relay changes it, neither the old nor the new reach is a change that nobody asked for. */
  async #changeReach({ id, kind }: ListedTunnel, change: () => Promise<RelayTunnel>): Promise<void> {
    const { tunnelNotes } = this.#storage
    const note = tunnelNotes.get(id) ?? newNote(id, kind)
    tunnelNotes.put({ ...note, passwordMark: '' })
    try {
      const changed = await change()
      const passwordMark = reachOfMode[changed.mode] === 'laptop' ? markOf(changed) : null
      tunnelNotes.put({ ...(tunnelNotes.get(id) ?? note), passwordMark })
    } catch (error) {
      tunnelNotes.put({ ...(tunnelNotes.get(id) ?? note), passwordMark: note.passwordMark })
      throw error
    }
  }

  /** The tunnel's port on this laptop: `wanted`, the one it had, or a free one. */
  async #keepLaptopPort(
    { id, kind, reach, port }: ListedTunnel,
    wanted: number | undefined,
    target: string,
  ): Promise<void> {
    const note = this.#storage.tunnelNotes.get(id) ?? newNote(id, kind)
    if (reach === 'laptop' && (wanted === undefined || wanted === port)) return
    const had =
      note.localPort !== null && (await isLaptopPortFree(note.localPort)) ? note.localPort : undefined
    this.#storage.tunnelNotes.put({
      ...note,
      localPort: await this.#ports.ofLaptop(namesakeOf(kind, target), wanted ?? had),
    })
  }
}
