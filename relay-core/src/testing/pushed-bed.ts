import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { standIn } from './stand-in.ts'
import { hostsDefaults } from '../config/relay/hosts-config.ts'
import { createLog } from '../log/log.ts'
import { PortRanges } from '../net/address/port-ranges.ts'
import { Agents } from '../relay/clients/agents.ts'
import { ClientRegistry } from '../relay/clients/client-registry.ts'
import { HostListeners } from '../relay/hosts/host-listeners.ts'
import { PushedConfigurations } from '../relay/stock/pushed/pushed-configurations.ts'
import { TemporaryClients } from '../relay/stock/pushed/temporary-clients.ts'
import { openStore, type Store } from '../relay/store/store.ts'
import { PrivateTunnels } from '../relay/tunnels/private/private-tunnels.ts'
import { OpenTunnels } from '../relay/tunnels/registry/open-tunnels.ts'
import { findFreePort } from '../relay/tunnels/registry/port-choice.ts'
import { TunnelRegistry } from '../relay/tunnels/registry/tunnel-registry.ts'
import { TunnelRules } from '../relay/tunnels/registry/tunnel-rules.ts'
import type { AgentSession } from '../session/agent-session.ts'
import type { ConfigReceiver } from '../stock/configuration/config-conversation.ts'

/** The parts of a relay that configuration mode needs, with one client that has a key of its own. */
export class PushedBed {
  static readonly vkey = 'a-key-for-tests-0123456789'
  readonly #folder: string
  readonly #store: Store
  readonly #opened: OpenTunnels
  readonly #hosts: HostListeners
  readonly agents = new Agents()
  readonly tunnels: TunnelRegistry
  readonly clients: ClientRegistry
  readonly temporary: TemporaryClients
  readonly pushed: PushedConfigurations
  /** The first of four ports in a row on which nobody listens. */
  readonly port: number
  /** Stands for one that the relay itself listens on. */
  readonly ownPort: number
  nowMs = Date.now()
  log = ''

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
    this.ownPort = port + 50
    const { agents } = this
    const log = createLog({ level: 'debug', write: (line) => (this.log += line) })
    const parts = { log, now: () => this.nowMs }
    const store = openStore(folder, this.nowMs)
    const hosts = new HostListeners({
      config: () => ({ ...hostsDefaults, ip: '127.0.0.1', httpPort: 0 }),
      folder,
      log,
    })
    const privateTunnels = new PrivateTunnels()
    const opened = new OpenTunnels({ agents, host: '127.0.0.1', hosts, privateTunnels, log })
    const tunnels = new TunnelRegistry({
      ...parts,
      store: store.tunnels,
      tunnels: opened,
      rules: new TunnelRules({
        store: store.tunnels,
        host: '127.0.0.1',
        allowPorts: () => new PortRanges([]),
        maxTunnelsOf: (id) => (id === 1 ? 3 : undefined),
        ownPorts: () => [8024, null, this.ownPort],
        pushHostsOf: (id) => store.clients.get(id)?.settings.pushHosts,
      }),
    })
    const clients = new ClientRegistry({
      ...parts,
      clients: store.clients,
      tunnels: store.tunnels,
      agents,
      use: {
        connections: (id) => opened.clientAllowances.connections(id),
        unsaved: (id) => tunnels.unsavedOfClient(id),
        setLimits: (id, limits) => opened.clientAllowances.setLimits(id, limits),
        remove: (id) => opened.clientAllowances.remove(id),
      },
    })
    const temporary = new TemporaryClients({ ...parts, store: store.clients, clients, tunnels, agents })
    this.#store = store
    this.#hosts = hosts
    this.#opened = opened
    this.tunnels = tunnels
    this.clients = clients
    this.temporary = temporary
    const publicVkey = () => undefined
    this.pushed = new PushedConfigurations({ ...parts, clients, tunnels, agents, temporary, publicVkey })
    clients.add({ name: 'lab', vkey: PushedBed.vkey })
  }

  static async open(): Promise<PushedBed> {
    const bed = new PushedBed(await mkdtemp(join(tmpdir(), 'nps-pushed-')), await firstOfFree(4))
    await bed.#hosts.follow()
    return bed
  }

  async close(): Promise<void> {
    this.pushed.close()
    this.clients.close()
    await this.#opened.closeAll()
    await this.#hosts.close()
    this.#store.close()
    await rm(this.#folder, { recursive: true })
  }

  /** A conversation of the first client's agent. */
  converse(): ConfigReceiver {
    const receiver = this.pushed.receiver({ id: 1 }, '203.0.113.7')
    if (!receiver) throw new Error('the client may not push')
    return receiver
  }

  /** What this asks of a link: that there is one. */
  online(clientId: number): { leave: () => void } {
    let leave: (end: { reason: string }) => void = () => undefined
    const closed = new Promise<{ reason: string }>((resolve) => (leave = resolve))
    const session = {
      clientId,
      closed,
      streamsEnded: closed,
      instance: '',
      address: '203.0.113.7:50000',
      hostname: '',
      fingerprint: null,
      onlineSinceMs: Date.now(),
      close: () => leave({ reason: 'closed' }),
      endLink: () => leave({ reason: 'closed' }),
    }
    // What a place among the agents needs; nothing is sent through it.
    this.agents.add(standIn<AgentSession>(session))
    return { leave: () => leave({ reason: 'left' }) }
  }
}

/** The first of this many ports in a row on which nobody listens, below those that the system gives away. */
async function firstOfFree(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(12_000, 32_000)
    const isFree = async (port: number) => {
      const allowed = new PortRanges([{ first: port, last: port }])
      const found = findFreePort({ allowed, host: '127.0.0.1', transport: 'tcp', taken: new Map() })
      return found.then(
        () => true,
        () => false,
      )
    }
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)))
    if (!free.includes(false)) return first
  }
}
