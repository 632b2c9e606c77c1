import type { Clock } from '@nps-desktop/relay-core/async'
import { takesSetting } from '@nps-desktop/relay-core/api'
import type { GuestPass } from '@nps-desktop/relay-core/api'
import type { ActivityCode } from '@nps-desktop/electron/contract'
import type { ActivityFeed } from '../activity/activity-feed.ts'
import { AppError } from '../failures/app-error.ts'
import { type ListedTunnel, listedTunnel } from '../known-tunnels/list-tunnels.ts'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'

type Signal = { readonly signal: AbortSignal }

/** The calls of `guestPasses`. The server keeps the passes; the app keeps nothing of them, least of all their secrets. */
export class GuestPassCalls {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #activity: ActivityFeed
  readonly #clock: Clock

  constructor(options: { storage: Storage; relays: Relays; activity: ActivityFeed; clock: Clock }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#activity = options.activity
    this.#clock = options.clock
  }

  async list(
    { tunnelId }: { tunnelId: string },
    { signal }: Signal,
  ): Promise<{ supported: boolean; byAddress: boolean; passes: GuestPass[] }> {
    const { server, relayTunnel, client } = this.#tunnel(tunnelId)
    try {
      const all = await this.#relays.api(server.id).passes.list({}, { signal })
      const passes = all.filter((pass) => pass.tunnelId === relayTunnel.id)
      const hasList = [relayTunnel.limits, client?.limits].some((limits) => (limits?.allow ?? []).length > 0)
      return { supported: true, byAddress: hasList && !takesSetting(relayTunnel.mode, 'password'), passes }
    } catch (error) {
      if (!isUnknownCall(error)) throw error
      return { supported: false, byAddress: false, passes: [] }
    }
  }

  async make(
    wish: { tunnelId: string; name: string; expiresAtMs: number; address?: string | undefined },
    { signal }: Signal,
  ): Promise<{ pass: GuestPass; line: string | null }> {
    const tunnel = this.#tunnel(wish.tunnelId)
    const { name, expiresAtMs, address } = wish
    const host = tunnel.server.relay?.host ?? ''
    const api = await this.#relays.reach(tunnel.server.id, { signal })
    const wanted = { tunnelId: tunnel.relayTunnel.id, name, expiresAtMs, host, ...(address && { address }) }
    const { pass, line } = await api.passes.add(wanted, { signal }).catch((error: unknown) => {
      throw isUnknownCall(error) ? tooOld(tunnel.server.name) : error
    })
    this.#tell('guest-pass-made', tunnel, pass)
    return { pass, line }
  }

  async revoke(ref: { tunnelId: string; passId: number }, { signal }: Signal): Promise<GuestPass> {
    const tunnel = this.#tunnel(ref.tunnelId)
    const api = await this.#relays.reach(tunnel.server.id, { signal })
    const pass = await api.passes.revoke({ id: ref.passId }, { signal })
    this.#tell('guest-pass-revoked', tunnel, pass)
    return pass
  }

  async restore(ref: { tunnelId: string; passId: number }, { signal }: Signal): Promise<GuestPass> {
    const tunnel = this.#tunnel(ref.tunnelId)
    const api = await this.#relays.reach(tunnel.server.id, { signal })
    const pass = await api.passes.restore({ id: ref.passId }, { signal })
    this.#tell('guest-pass-restored', tunnel, pass)
    return pass
  }

  #tell(code: ActivityCode, { id, relayTunnel, lab, server }: ListedTunnel, { name }: GuestPass): void {
    const params = { tunnel: relayTunnel.name, lab: lab.name, server: server.name, guest: name }
    const about = { serverId: server.id, labId: lab.id, tunnelId: id }
    this.#activity.add({ atMs: this.#clock.now(), tone: 'info', code, params, ...about })
  }

  #tunnel(tunnelId: string): ListedTunnel {
    return listedTunnel(this.#storage, this.#relays, tunnelId)
  }
}

function tooOld(server: string): AppError {
  return new AppError(
    'version-unsupported',
    `The nps on ${server} is too old for guest passes. Set the server up again to bring it up to date.`,
    { server },
  )
}
