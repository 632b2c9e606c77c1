import { knownService } from '@nps-desktop/electron/contract'
import type { Failure, Tunnel } from '@nps-desktop/electron/contract'
import { ORPCError } from '@orpc/server'
import { Changes } from './world-changes.ts'
import { laptopPort, placeOf, usualReachOf } from './world.ts'
import type { World } from './world.ts'

export const second = 1_000
const serverHost = '120.1.1.2'

export const nothing = async (): Promise<Record<string, never>> => ({})
export const noJob = async () => ({ jobId: 'none' })

export function failed(failure: Failure): never {
  throw new ORPCError('FAILED', { data: { failure } })
}

/** A world that calls change as the real backend would change it, with who is told of that. */
export class LiveWorld {
  readonly changed = new Changes()
  /** Of its settings alone. */
  readonly settings = new Changes()
  readonly world: World
  #lastPort = 7100

  constructor(world: World) {
    this.world = world
  }

  find(tunnelId: string): Tunnel {
    const tunnel = this.world.overview.tunnels.find(({ id }) => id === tunnelId)
    return tunnel ?? failed({ code: 'not-found', params: {}, message: `no tunnel ${tunnelId}`, fixes: [] })
  }

  change(tunnelId: string, part: Partial<Tunnel>): void {
    const { overview } = this.world
    overview.tunnels = overview.tunnels.map((one) => (one.id === tunnelId ? { ...one, ...part } : one))
    this.changed.tell()
  }

  remove(tunnelId: string): void {
    const { overview } = this.world
    overview.tunnels = overview.tunnels.filter(({ id }) => id !== tunnelId)
    this.changed.tell()
  }

  /** Its check has ended well. */
  prove(tunnelId: string): void {
    const { status } = this.find(tunnelId)
    if (status.state === 'ready' || status.state === 'checking') {
      this.change(tunnelId, { status: { state: 'ready', checkedAtMs: Date.now(), ms: 46 } })
    }
  }

  /** Where a tunnel of this kind and reach would be: on `wished`, else on the next free port. */
  newPlace(kind: Tunnel['kind'], reach: Tunnel['reach'], wished?: number) {
    const next = (): number =>
      reach === 'laptop' ? laptopPort(kind, this.world.overview.tunnels) : (this.#lastPort += 1)
    return placeOf(kind, serverHost, wished ?? next(), reach)
  }

  add(
    labId: string,
    kind: Tunnel['kind'],
    wishedPort: number | undefined,
    part: Partial<Tunnel> = {},
  ): { tunnelId: string } {
    const { overview } = this.world
    const model = overview.labs.find(({ id }) => id === labId)
    if (!model) failed({ code: 'not-found', params: {}, message: `no lab ${labId}`, fixes: [] })
    const place = this.newPlace(kind, part.reach ?? usualReachOf(kind, serverHost), wishedPort)
    const tunnelId = `t${place.port}`
    overview.tunnels = [
      ...overview.tunnels,
      {
        id: tunnelId,
        serverId: model.serverId,
        labId,
        kind,
        name: knownService(kind)?.name ?? 'Other',
        target: '127.0.0.1:22',
        ...place,
        status: { state: 'checking', sinceMs: Date.now() },
        stops: [],
        connections: 0,
        downBytes: 0,
        upBytes: 0,
        ...part,
      },
    ]
    this.changed.tell()
    return { tunnelId }
  }
}
