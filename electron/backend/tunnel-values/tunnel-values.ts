import { networkInterfaces } from 'node:os'
import type {
  LabLimits,
  TunnelEdit,
  TunnelDetails,
  TunnelPlace,
  TunnelRange,
  TunnelValues,
} from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { cut, type Client, type ClientLimits } from '@nps-desktop/relay-core/api'
import { AppError } from '../failures/app-error.ts'
import { type ListedTunnel, listedTunnel, webPortsOf } from '../known-tunnels/list-tunnels.ts'
import type { LabServices } from '../labs/lab-services.ts'
import { entranceAt } from '../labs/service-entrance.ts'
import type { Relays } from '../relays/relays.ts'
import type { LabRecord, ServerRecord, Storage } from '../storage/records.ts'
import { storedLabWithServer } from '../storage/stored-machine.ts'
import type { FreePorts } from '../tunnels/free-ports.ts'
import type { TunnelCalls } from '../tunnels/tunnel-calls.ts'
import { seenAddress } from './address-at-server.ts'

/** As the contract's `name`. */
const maxNameLength = 64
/** One round trip over a link that stands. */
const callerTimeoutMs = 2_000

type Signal = { readonly signal: AbortSignal }

/** The calls of `tunnelValues`. */
export class TunnelValueCalls {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #tunnels: TunnelCalls
  readonly #ports: FreePorts
  readonly #services: Pick<LabServices, 'find'>
  readonly #log: Log

  constructor(options: {
    storage: Storage
    relays: Relays
    tunnels: TunnelCalls
    ports: FreePorts
    services: Pick<LabServices, 'find'>
    log: Log
  }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#tunnels = options.tunnels
    this.#ports = options.ports
    this.#services = options.services
    this.#log = options.log
  }

  async place({ labId }: { labId: string }, { signal }: Signal): Promise<TunnelPlace> {
    const { server } = this.#lab(labId)
    const { http, https } = webPortsOf(this.#relays.view(server.id))
    return {
      host: server.relay?.host ?? server.name,
      nextPort: this.#ports.next(server),
      httpPort: http,
      httpsPort: https,
      ...seenAddress(await this.#seenAt(server, { signal }), ownAddresses()),
    }
  }

  async add(
    { labId, ...values }: TunnelValues & { labId: string },
    { signal }: Signal,
  ): Promise<{ tunnelId: string }> {
    const entrance = await entranceAt(this.#services, labId, values, { signal })
    const { tunnelId } = await this.#tunnels.add(
      labId,
      { ...values, port: values.port, entrance },
      { signal },
    )
    return { tunnelId }
  }

  /** See the contract. */
  async addRange(
    { labId, pairs, name, ...values }: TunnelRange & { labId: string },
    { signal }: Signal,
  ): Promise<{ tunnelIds: string[] }> {
    const tunnelIds: string[] = []
    try {
      for (const { port, target } of pairs) {
        const wish = { ...values, name: nameInRange(name, port ?? portIn(target)), port, target }
        tunnelIds.push((await this.#tunnels.add(labId, wish, { signal })).tunnelId)
      }
    } catch (error) {
      // why it was not added matters more than what could not be taken back, which is on the page of the lab box
      await this.takeBack({ tunnelIds }).catch(() => undefined)
      throw error
    }
    return { tunnelIds }
  }

  /**
   * Goes on when the page that asks is gone: it asks as it goes. One that is gone already is as it should be. One that fails keeps no
   * other from being tried; the first failure is thrown.
   */
  async takeBack({ tunnelIds }: { tunnelIds: readonly string[] }): Promise<void> {
    const failures: unknown[] = []
    for (const tunnelId of tunnelIds) {
      try {
        await this.#tunnels.takeBack({ tunnelId })
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'not-found')) failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  read({ tunnelId }: { tunnelId: string }): TunnelDetails {
    const { kind, reach, port, madeBy, relayTunnel } = this.#tunnel(tunnelId)
    const { password: _, ...settings } = relayTunnel.settings
    return {
      kind,
      reach,
      name: relayTunnel.name,
      ...(kind !== 'host' && { port }),
      target: relayTunnel.target,
      settings,
      limits: relayTunnel.limits,
      madeBy,
      canEdit: madeBy !== 'agent',
      createdAtMs: relayTunnel.createdAtMs,
      monthBytes: relayTunnel.monthBytes ?? null,
      downTargets: relayTunnel.downTargets,
    }
  }

  async save({ settings, ...change }: TunnelEdit, options: Signal): Promise<void> {
    const { password } = this.#tunnel(change.tunnelId).relayTunnel.settings
    // the page does not know it
    const whole = settings && { ...settings, ...(password !== undefined && { password }) }
    await this.#tunnels.edit({ ...change, settings: whole }, options)
  }

  readLabLimits({ labId }: { labId: string }): LabLimits {
    const { limits, connections, tunnelCount, monthBytes } = this.#client(labId)
    return { limits, connections, tunnels: tunnelCount, monthBytes: monthBytes ?? null }
  }

  async saveLabLimits(
    { labId, limits }: { labId: string; limits: ClientLimits },
    { signal }: Signal,
  ): Promise<void> {
    const { server } = this.#lab(labId)
    const { id } = this.#client(labId)
    const api = await this.#relays.reach(server.id, { signal })
    const { limits: kept } = await api.clients.edit({ id, limits }, { signal })
    if (Object.keys(limits).every((name) => name in kept)) return
    throw new AppError(
      'mode-unsupported',
      `The nps on ${server.name} is too old for such a limit. Set the server up again to bring it up to date.`,
      { server: server.name },
    )
  }

  /** At which address the server sees this app; null where that cannot be had at once: a form does not wait for it. */
  async #seenAt({ id, local }: ServerRecord, { signal }: Signal): Promise<string | null> {
    if (local || this.#relays.view(id).link.state !== 'online') return null
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(callerTimeoutMs)])
    try {
      return (await this.#relays.api(id).status.caller({}, { signal: inTime })).address
    } catch (error) {
      signal.throwIfAborted()
      this.#log.debug('the server does not tell at which address it sees this laptop', { error })
      return null
    }
  }

  #lab(labId: string): { lab: LabRecord; server: ServerRecord } {
    return storedLabWithServer(this.#storage, labId)
  }

  #client(labId: string): Client {
    const { lab, server } = this.#lab(labId)
    const { clients, lastClients } = this.#relays.view(server.id).mirror
    const client = (clients ?? lastClients)?.find(({ id }) => id === lab.clientId)
    if (!client) {
      throw new AppError('relay-unreachable', `${server.name} cannot be asked now. Try again.`, {
        server: server.name,
      })
    }
    return client
  }

  #tunnel(tunnelId: string): ListedTunnel {
    return listedTunnel(this.#storage, this.#relays, tunnelId)
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))
}

/** The port in `host:port`. */
function portIn(target: string): number {
  return Number(target.slice(target.lastIndexOf(':') + 1))
}

/** `Echo 7001`; a long name is cut, so that the port stays. */
function nameInRange(name: string, port: number): string {
  const mark = ` ${port}`
  return `${cut(name.trim(), maxNameLength - mark.length)}${mark}`
}
