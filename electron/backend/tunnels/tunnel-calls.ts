import type { Clock } from '@nps-desktop/relay-core/async'
import { tunnelModes } from '@nps-desktop/relay-core/api'
import type {
  Connection,
  InterchangeableMode,
  Limits,
  Tunnel as RelayTunnel,
  TunnelSettings,
} from '@nps-desktop/relay-core/api'
import { knownServices, modeOfKind } from '@nps-desktop/electron/contract'
import type { ServiceKind, Tunnel, TunnelKind, TunnelReach } from '@nps-desktop/electron/contract'
import type { ActivityFeed } from '../activity/activity-feed.ts'
import { AppError } from '../failures/app-error.ts'
import { parseTunnelId, tunnelIdOf } from '../ids.ts'
import type { OverviewFeed } from '../overview/overview-feed.ts'
import type { TunnelChecks } from '../checks/tunnel-checks.ts'
import { targetNotAllowed } from '../known-tunnels/allowed-target.ts'
import { kindOf, usualTarget } from '../known-tunnels/tunnel-kind.ts'
import { type ListedTunnel, listTunnels } from '../known-tunnels/list-tunnels.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage } from '../storage/records.ts'
import type { LabServices } from '../labs/lab-services.ts'
import type { Entrance } from '../storage/entrance.ts'
import type { LoopbackForwards } from '../forwards/loopback-forwards.ts'
import { isLaptopPortFree } from '../forwards/laptop-port.ts'
import { newNote } from '../known-tunnels/new-note.ts'
import { openAddress } from './open-address.ts'
import type { FreePorts } from './free-ports.ts'
import { provePort } from '../checks/port-proof.ts'
import { markPassword } from '../known-tunnels/private-password.ts'
import { reachOfMode } from '../known-tunnels/reach-of-mode.ts'
import { changeFailure } from '../known-tunnels/tunnel-change.ts'
import type { PendingRemovals } from './pending-removals.ts'
import { untilTold } from './until-told.ts'

interface TunnelWish {
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

interface AddedTunnel {
  readonly tunnelId: string
  /** As `Tunnel.port`; null of a web address, which has none of its own. */
  readonly port: number | null
}

type Signal = { readonly signal: AbortSignal }

/** The calls of `tunnels`. */
export class TunnelCalls {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #checks: TunnelChecks
  readonly #overview: OverviewFeed
  readonly #removal: PendingRemovals
  readonly #services: LabServices
  readonly #activity: ActivityFeed
  readonly #forwards: LoopbackForwards
  readonly #clock: Clock
  readonly #ports: FreePorts

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
    this.#activity = options.activity
    this.#forwards = options.forwards
    this.#clock = options.clock
    this.#ports = options.ports
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
    const usual = this.#lab(labId).server.local ? 'anyone' : knownServices[kind].usualReach
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

  /** Fulfils when the server has the tunnel; whether the service answers is for the check to say. */
  async add(labId: string, tunnel: TunnelWish, { signal }: Signal): Promise<AddedTunnel> {
    const { lab, server } = this.#lab(labId)
    const { clientId } = lab
    if (clientId === null) {
      throw new AppError('agent-offline', `${lab.name} is not set up yet. Set it up first.`, {
        lab: lab.name,
      })
    }
    const { kind, reach, name, target, settings, limits } = tunnel
    const mode = modeOfKind(kind, reach)
    refuseForbidden(lab, target)
    const api = await this.#relays.reach(server.id, { signal })
    const make = async (port: number | null, localPort: number | null): Promise<AddedTunnel> => {
      const place = port === null || mode === 'private' ? { mode } : { mode, port }
      const made = await api.tunnels.add({ clientId, name, target, settings, limits, ...place }, { signal })
      if (made.mode !== mode || !hasLimits(made, limits)) {
        // It did not understand the request and opened a port to everybody, or without a limit.
        await api.tunnels.remove({ id: made.id }, { signal })
        throw tooOld(server)
      }
      const tunnelId = tunnelIdOf(server.id, made.id)
      const passwordMark = mode === 'private' ? markOf(made) : null
      const entrance = tunnel.entrance ?? null
      const wished = { labId, target: settings?.folder ?? target }
      const note = { ...newNote(tunnelId, kind), localPort, passwordMark, entrance, wished }
      this.#storage.tunnelNotes.put(note)
      this.#tell('tunnel-added', { id: tunnelId, name, lab, server })
      await untilTold(this.#relays, server.id, made)
      return { tunnelId, port }
    }
    if (mode === 'private') {
      const port = await this.#ports.ofLaptop(target, tunnel.port)
      return make(port, port)
    }
    if (tunnelModes[mode].port === null) return make(null, null)
    const { port } = tunnel
    if (port !== undefined) return this.#ports.onChosen(server, port, () => make(port, null))
    return this.#ports.onNext(server, (port) => make(port, null))
  }

  /** A changed public port is proved to be reachable first; until then the tunnel stays on the old one. */
  async edit(
    change: {
      tunnelId: string
      name?: string | undefined
      reach?: TunnelReach | undefined
      port?: number | undefined
      target?: string | undefined
      /** Of the service at `target`, where it is known. */
      entrance?: Entrance | null
      settings?: TunnelSettings | undefined
      limits?: Limits | undefined
    },
    { signal }: Signal,
  ): Promise<void> {
    const listed = this.#tunnel(change.tunnelId)
    const { server, relayTunnel } = listed
    const { name, port, target, settings, limits } = change
    if (target !== undefined && target !== relayTunnel.target) refuseForbidden(listed.lab, target)
    const given = Object.fromEntries(
      Object.entries({ name, target, settings, limits }).filter(([, value]) => value !== undefined),
    )
    const reach = change.reach ?? listed.reach
    const save = async (place: { mode?: InterchangeableMode; port?: number }): Promise<RelayTunnel> => {
      const api = await this.#relays.reach(server.id, { signal })
      const edited = await api.tunnels.edit({ id: relayTunnel.id, ...given, ...place }, { signal })
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
          ...(note ?? newNote(listed.id, kindOf(edited, undefined))),
          entrance,
          wished,
        })
      await untilTold(this.#relays, server.id, edited)
      return edited
    }
    if (reach === 'laptop') {
      await this.#keepLaptopPort(listed, port, target ?? relayTunnel.target)
      if (listed.reach === reach) await save({})
      else await this.#changeReach(listed, () => save({ mode: 'private' }))
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
      this.#changeReach(listed, () => save({ mode: 'tcp', port: at }))
    return port === undefined ? this.#ports.onNext(server, open) : open(port)
  }

  /** A private tunnel that was made elsewhere gets a port on this laptop; its password is the one that the server tells now. */
  async useHere({ tunnelId }: { tunnelId: string }): Promise<{ tunnelId: string }> {
    const ref = parseTunnelId(tunnelId)
    const { tunnels } = this.#relays.view(ref?.serverId ?? '').mirror
    const tunnel = tunnels?.find(({ id }) => id === ref?.relayTunnelId)
    if (!tunnel || reachOfMode[tunnel.mode] !== 'laptop') throw gone()
    const note = this.#storage.tunnelNotes.get(tunnelId)
    const localPort = note?.localPort ?? (await this.#ports.ofLaptop(tunnel.target, undefined))
    const kind = kindOf(tunnel, note?.kind)
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
    this.#tell('tunnel-removed', { ...tunnel, name: tunnel.relayTunnel.name })
    return { undoUntilMs }
  }

  /** Removes at once what was only just added, without the time for Undo. */
  async takeBack({ tunnelId }: { tunnelId: string }): Promise<void> {
    const tunnel = this.#tunnel(tunnelId)
    await this.#removal.removeNow(tunnel)
    this.#tell('tunnel-removed', { ...tunnel, name: tunnel.relayTunnel.name })
  }

  async undoRemove({ tunnelId }: { tunnelId: string }): Promise<void> {
    await this.#removal.undo(tunnelId)
    const tunnel = this.#tunnel(tunnelId)
    this.#tell('tunnel-added', { ...tunnel, name: tunnel.relayTunnel.name })
  }

  /** Asks the five stops now; answers when they have answered. */
  async check({ tunnelId }: { tunnelId: string }): Promise<Tunnel> {
    const { server } = this.#tunnel(tunnelId)
    this.#relays.retryNow(server.id)
    await this.#checks.check(tunnelId)
    this.#overview.rebuild()
    const tunnel = this.#overview.feed.value.tunnels.find(({ id }) => id === tunnelId)
    if (!tunnel) throw gone()
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
    this.#storage.tunnelNotes.put({ ...note, localPort: await this.#ports.ofLaptop(target, wanted ?? had) })
  }

  #tell(
    code: 'tunnel-added' | 'tunnel-removed',
    { id, name, lab, server }: { id: string; name: string; lab: LabRecord; server: ServerRecord },
  ): void {
    const params = { tunnel: name, lab: lab.name, server: server.name }
    const about = { serverId: server.id, labId: lab.id, tunnelId: id }
    this.#activity.add({ atMs: this.#clock.now(), tone: 'info', code, params, ...about })
  }

  #lab(labId: string): { lab: LabRecord; server: ServerRecord } {
    const lab = this.#storage.labs.get(labId)
    const server = lab && this.#storage.servers.get(lab.serverId)
    if (!lab || !server) throw new AppError('not-found', 'This lab box is no longer in the list.', {})
    return { lab, server }
  }

  #tunnel(tunnelId: string): ListedTunnel {
    const tunnel = listTunnels(this.#storage, this.#relays).find(({ id }) => id === tunnelId)
    if (!tunnel) throw gone()
    return tunnel
  }
}

function gone(): AppError {
  return new AppError('not-found', 'This tunnel is no longer there.', {})
}

/** Empty where the relay does not tell: then it is marked when it is first seen. */
function markOf({ settings }: RelayTunnel): string {
  return settings.password === undefined ? '' : markPassword(settings.password)
}

/** Throws `target-not-allowed`: it would be refused on the lab box, by a visitor first. */
function refuseForbidden(lab: LabRecord, target: string): void {
  const failure = targetNotAllowed(lab, target)
  if (failure) throw AppError.of(failure)
}

/** An older relay leaves out what it does not know. */
function hasLimits(made: RelayTunnel, limits: Limits = {}): boolean {
  return Object.keys(limits).every((name) => name in made.limits)
}

/** An older relay leaves out what it does not know: the tunnel is as open as before. */
function tooOld({ name }: ServerRecord): AppError {
  return new AppError(
    'mode-unsupported',
    `The nps on ${name} is too old for such a tunnel, or for such a limit. Set the server up again to bring it up to date.`,
    { server: name },
  )
}
