import { type Client, type GuestPass, relayContract, type RelayTunnel } from '@nps-desktop/relay-core/api'
import type { RelayConnection } from '@nps-desktop/relay-core/api-client'
import { Feed } from '@nps-desktop/relay-core/async'
import { createRouterClient, implement } from '@orpc/server'

/** A relay's API in memory: its feeds, and a way to end the connection. */
export class MemoryRelay {
  readonly clients = new Feed<Client[]>([])
  readonly tunnels = new Feed<RelayTunnel[]>([])
  readonly passes = new Feed<GuestPass[]>([])
  /** While true, a question is answered with an error, as on a connection that has ended. */
  broken = false
  #end: (value: { reason: string }) => void = () => undefined

  connection(): RelayConnection {
    const os = implement(relayContract)
    const status = os.status.get.handler(() => {
      if (this.broken) throw new Error('the connection has ended')
      return currentStatus
    })
    const router = {
      status: { get: status },
      clients: {
        list: os.clients.list.handler(() => this.clients.value),
        watch: os.clients.watch.handler(({ signal }) => this.clients.watch(signal)),
      },
      tunnels: { watch: os.tunnels.watch.handler(({ signal }) => this.tunnels.watch(signal)) },
      passes: { watch: os.passes.watch.handler(({ signal }) => this.passes.watch(signal)) },
      traffic: {
        live: os.traffic.live.handler(({ signal }) => new Feed({ atMs: 1, tunnels: [] }).watch(signal)),
      },
    }
    const closed = new Promise<{ reason: string }>((resolve) => (this.#end = resolve))
    // What a link to a server asks for; the rest of the API is not there.
    const client = createRouterClient(router) as RelayConnection['client']
    return { client, fingerprint: 'sha256:x', closed, close: () => this.end('closed here') }
  }

  end(reason: string): void {
    this.#end({ reason })
  }
}

const currentStatus = {
  version: '1.0.0',
  startedAtMs: 1,
  hostname: 'cloud',
  platform: 'linux x64',
  bridgePort: 8024,
  webPort: null,
  allowPorts: '7000-9000',
  fingerprint: 'sha256:x',
  stockProtocol: false,
  clientsOnline: 0,
  clientsTotal: 0,
  residentBytes: 1,
  service: 'systemd',
}
