import type { Clock } from '@nps-desktop/relay-core/async'
import type { Connection } from '@nps-desktop/relay-core/api'
import { knownServices, namesakeOf, usualTarget } from '@nps-desktop/electron/contract'
import type { ServiceKind, Tunnel, TunnelReach } from '@nps-desktop/electron/contract'
import type { ActivityFeed } from '../activity/activity-feed.ts'
import { AppError } from '../failures/app-error.ts'
import { parseTunnelId } from '../ids.ts'
import type { OverviewFeed } from '../overview/overview-feed.ts'
import type { TunnelChecks } from '../checks/tunnel-checks.ts'
import { kindOf } from '../known-tunnels/tunnel-kind.ts'
import { type ListedTunnel, listedTunnel, tunnelGone } from '../known-tunnels/list-tunnels.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import { storedLabWithServer } from '../storage/stored-machine.ts'
import type { LabServices } from '../labs/lab-services.ts'
import type { LoopbackForwards } from '../forwards/loopback-forwards.ts'
import { newNote } from '../known-tunnels/new-note.ts'
import type { FreePorts } from './free-ports.ts'
import { type AddedTunnel, NewTunnels, type TunnelWish } from './new-tunnels.ts'
import { openAddress } from './open-address.ts'
import { markOf } from '../known-tunnels/private-password.ts'
import { reachOfMode } from '../known-tunnels/reach-of-mode.ts'
import { changeFailure } from '../known-tunnels/tunnel-change.ts'
import type { PendingRemovals } from './pending-removals.ts'
import { TunnelActivity } from './tunnel-activity.ts'
import { TunnelEdits, type WantedChange } from './tunnel-edits.ts'
import { untilTold } from './until-told.ts'

type Signal = { readonly signal: AbortSignal }

/** The calls of `tunnels`. */
export class TunnelCalls {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #checks: TunnelChecks
  readonly #overview: OverviewFeed
  readonly #removal: PendingRemovals
  readonly #services: LabServices
  readonly #activity: TunnelActivity
  readonly #forwards: LoopbackForwards
  readonly #ports: FreePorts
  readonly #new: NewTunnels
  readonly #edits: TunnelEdits

  constructor(options: {
    storage: Storage
    relays: Relays
    checks: TunnelChecks
    overview: OverviewFeed
    removal: PendingRemovals
    services: LabServices
    activity: ActivityFeed
    forwards: LoopbackForwards
    clock: Clock
    ports: FreePorts
  }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#checks = options.checks
    this.#overview = options.overview
    this.#removal = options.removal
    this.#services = options.services
    this.#activity = new TunnelActivity(options.activity, options)
    this.#forwards = options.forwards
    this.#ports = options.ports
    this.#new = new NewTunnels({ ...options, activity: this.#activity })
    this.#edits = new TunnelEdits(options)
  }

  /** `labId`'s service of this kind at its usual place, or where it is found running. */
  async addPreset(
    {
      labId,
      kind,
      name = knownServices[kind].name,
      port,
      reach,
    }: {
      labId: string
      kind: ServiceKind
      name?: string | undefined
      port?: number | undefined
      reach?: TunnelReach | undefined
    },
    { signal }: Signal,
  ): Promise<{ tunnelId: string }> {
    const found = await this.#services.find(labId, { kind }, { signal })
    const target = found === null ? usualTarget(kind) : `127.0.0.1:${found.port}`
    const entrance = found && { secure: found.secure, path: found.path }
    // a server on this computer lets nobody else in anyway
    const usual = storedLabWithServer(this.#storage, labId).server.local
      ? 'anyone'
      : knownServices[kind].usualReach
    const tunnel = { kind, reach: reach ?? usual, name, target, entrance, port }
    const { tunnelId } = await this.add(labId, tunnel, { signal })
    return { tunnelId }
  }

  async addTcp(
    {
      labId,
      ...tunnel
    }: { labId: string; reach: TunnelReach; name: string; target: string; port?: number | undefined },
    { signal }: Signal,
  ): Promise<{ tunnelId: string }> {
    const { tunnelId } = await this.add(labId, { kind: 'tcp', port: undefined, ...tunnel }, { signal })
    return { tunnelId }
  }

  /** See `NewTunnels`. */
  async add(labId: string, tunnel: TunnelWish, options: Signal): Promise<AddedTunnel> {
    return await this.#new.add(labId, tunnel, options)
  }

  /** See `TunnelEdits`. */
  async edit(change: WantedChange, options: Signal): Promise<void> {
    await this.#edits.edit(change, options)
  }

  /** A private tunnel that was made elsewhere gets a port on this laptop; its password is the one that the server tells now. */
  async useHere({ tunnelId }: { tunnelId: string }): Promise<{ tunnelId: string }> {
    const ref = parseTunnelId(tunnelId)
    const { tunnels } = this.#relays.view(ref?.serverId ?? '').mirror
    const tunnel = tunnels?.find(({ id }) => id === ref?.relayTunnelId)
    if (!tunnel || reachOfMode[tunnel.mode] !== 'laptop') throw tunnelGone()
    const note = this.#storage.tunnelNotes.get(tunnelId)
    const kind = kindOf(tunnel, note?.kind)
    const localPort =
      note?.localPort ?? (await this.#ports.ofLaptop(namesakeOf(kind, tunnel.target), undefined))
    const entrance = note?.entrance ?? null
    this.#storage.tunnelNotes.put({ ...newNote(tunnelId, kind), localPort, passwordMark: '', entrance })
    return { tunnelId }
  }

  /** From now on the tunnel as it is now is what the person wants; with `agentKey`, the lab box as it is now too. */
  acceptChange({ tunnelId, agentKey }: { tunnelId: string; agentKey?: string | undefined }): void {
    const { kind, lab, port, reach, relayTunnel } = this.#tunnel(tunnelId)
    const { labs, tunnelNotes } = this.#storage
    if (agentKey !== undefined) return labs.put({ ...lab, agentKey })
    const note = tunnelNotes.get(tunnelId) ?? {
      ...newNote(tunnelId, kind),
      localPort: reach === 'laptop' ? port : null,
    }
    tunnelNotes.put({ ...note, passwordMark: reach === 'laptop' ? markOf(relayTunnel) : null })
  }

  async start({ tunnelId }: { tunnelId: string }, { signal }: Signal): Promise<void> {
    const { server, relayTunnel } = this.#tunnel(tunnelId)
    const api = await this.#relays.reach(server.id, { signal })
    const started = await api.tunnels.start({ id: relayTunnel.id }, { signal })
    await untilTold(this.#relays, server.id, started)
  }

  async stop({ tunnelId }: { tunnelId: string }, { signal }: Signal): Promise<void> {
    const { server, relayTunnel } = this.#tunnel(tunnelId)
    const api = await this.#relays.reach(server.id, { signal })
    const stopped = await api.tunnels.stop({ id: relayTunnel.id }, { signal })
    await untilTold(this.#relays, server.id, stopped)
  }

  async remove({ tunnelId }: { tunnelId: string }): Promise<{ undoUntilMs: number }> {
    const tunnel = this.#tunnel(tunnelId)
    const undoUntilMs = await this.#removal.remove(tunnel)
    this.#activity.tell('tunnel-removed', { ...tunnel, name: tunnel.relayTunnel.name })
    return { undoUntilMs }
  }

  /** Removes at once what was only just added, without the time for Undo, and without a line in the activity. */
  async takeBack({ tunnelId }: { tunnelId: string }): Promise<void> {
    const tunnel = this.#tunnel(tunnelId)
    await this.#removal.removeNow(tunnel)
    this.#activity.forget(tunnelId)
  }

  async undoRemove({ tunnelId }: { tunnelId: string }): Promise<void> {
    await this.#removal.undo(tunnelId)
    const tunnel = this.#tunnel(tunnelId)
    this.#activity.tell('tunnel-added', { ...tunnel, name: tunnel.relayTunnel.name })
  }

  /** Asks the five stops now; answers when they have answered. */
  async check({ tunnelId }: { tunnelId: string }): Promise<Tunnel> {
    const { server } = this.#tunnel(tunnelId)
    this.#relays.retryNow(server.id)
    await this.#checks.check(tunnelId)
    this.#overview.rebuild()
    const tunnel = this.#overview.feed.value.tunnels.find(({ id }) => id === tunnelId)
    if (!tunnel) throw tunnelGone()
    return tunnel
  }

  async openAddress(
    { tunnelId }: { tunnelId: string },
    { signal }: Signal,
  ): Promise<{ url: string; hasToken: boolean }> {
    const tunnel = this.#tunnel(tunnelId)
    if (tunnel.change) throw AppError.of(changeFailure(tunnel.change, tunnel))
    const secure = this.#checks.evidence(tunnelId).result?.secure === true
    return openAddress(tunnel, { forwards: this.#forwards, services: this.#services, secure, signal })
  }

  async connections({ tunnelId }: { tunnelId: string }, { signal }: Signal): Promise<Connection[]> {
    const { server, relayTunnel } = this.#tunnel(tunnelId)
    return this.#relays.api(server.id).tunnels.connections({ id: relayTunnel.id }, { signal })
  }

  #tunnel(tunnelId: string): ListedTunnel {
    return listedTunnel(this.#storage, this.#relays, tunnelId)
  }
}
