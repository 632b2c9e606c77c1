import { tunnelModes } from '@nps-desktop/relay-core/api'
import type { Limits, TunnelSettings } from '@nps-desktop/relay-core/api'
import { modeOfKind, namesakeOf } from '@nps-desktop/electron/contract'
import type { TunnelKind, TunnelReach } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { tunnelIdOf } from '../ids.ts'
import { refuseForbidden } from '../known-tunnels/allowed-target.ts'
import { newNote } from '../known-tunnels/new-note.ts'
import { markOf } from '../known-tunnels/private-password.ts'
import { reachOfMode } from '../known-tunnels/reach-of-mode.ts'
import type { Relays } from '../relays/relays.ts'
import type { Entrance } from '../storage/entrance.ts'
import type { Storage } from '../storage/records.ts'
import { storedLabWithServer } from '../storage/stored-machine.ts'
import type { FreePorts } from './free-ports.ts'
import { hasLimits, inMode, tooOld } from './relay-takes.ts'
import type { TunnelActivity } from './tunnel-activity.ts'
import { untilTold } from './until-told.ts'

export interface TunnelWish {
  readonly kind: TunnelKind
  readonly name: string
  readonly target: string
  readonly reach: TunnelReach
  readonly entrance?: Entrance | null
  readonly settings?: TunnelSettings
  readonly limits?: Limits
  /** Undefined: the next free one, of the open range or of this laptop. */
  readonly port: number | undefined
}

export interface AddedTunnel {
  readonly tunnelId: string
  /** As `Tunnel.port`; null of a web address, which has none of its own. */
  readonly port: number | null
}

/** Makes tunnels on the server of a lab box. */
export class NewTunnels {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #ports: FreePorts
  readonly #activity: TunnelActivity

  constructor(options: { storage: Storage; relays: Relays; ports: FreePorts; activity: TunnelActivity }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#ports = options.ports
    this.#activity = options.activity
  }

  /** Fulfils when the server has the tunnel; whether the service answers is for the check to say. */
  async add(labId: string, tunnel: TunnelWish, { signal }: { signal: AbortSignal }): Promise<AddedTunnel> {
    const { lab, server } = storedLabWithServer(this.#storage, labId)
    const { clientId } = lab
    if (clientId === null) {
      throw new AppError('agent-offline', `${lab.name} is not set up yet. Set it up first.`, {
        lab: lab.name,
      })
    }
    const { kind, reach, name, target, settings, limits } = tunnel
    const mode = modeOfKind(kind, reach)
    const isPrivate = reachOfMode[mode] === 'laptop'
    refuseForbidden(lab, target)
    const api = await this.#relays.reach(server.id, { signal })
    const make = async (port: number | null, localPort: number | null): Promise<AddedTunnel> => {
      const place = port === null || isPrivate ? { mode } : { mode, port }
      const wanted = { clientId, name, target, settings, limits, ...place }
      const made = await inMode(server, api.tunnels.add(wanted, { signal }))
      if (made.mode !== mode || !hasLimits(made, limits)) {
        // It did not understand the request and opened a port to everybody, or without a limit.
        await api.tunnels.remove({ id: made.id }, { signal })
        throw tooOld(server)
      }
      const tunnelId = tunnelIdOf(server.id, made.id)
      const passwordMark = isPrivate ? markOf(made) : null
      const entrance = tunnel.entrance ?? null
      const wished = { labId, target: settings?.folder ?? target }
      const note = { ...newNote(tunnelId, kind), localPort, passwordMark, entrance, wished }
      this.#storage.tunnelNotes.put(note)
      this.#activity.tell('tunnel-added', { id: tunnelId, name, lab, server })
      await untilTold(this.#relays, server.id, made)
      return { tunnelId, port }
    }
    if (isPrivate) {
      const port = await this.#ports.ofLaptop(namesakeOf(kind, target), tunnel.port)
      return make(port, port)
    }
    if (tunnelModes[mode].port === null) return make(null, null)
    const { port } = tunnel
    if (port !== undefined) return this.#ports.onChosen(server, port, () => make(port, null))
    return this.#ports.onNext(server, (port) => make(port, null))
  }
}
