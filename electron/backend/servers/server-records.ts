import type { Failure, ServerPlan, SshAddress, SshSecret } from '@nps-desktop/electron/contract'
import { Secret } from '@nps-desktop/relay-core/secret'
import { AppError } from '../failures/app-error.ts'
import { newId } from '../ids.ts'
import { linkFailure } from '../relays/link-failure.ts'
import type { ConnectRelay } from '../relays/relay-access.ts'
import { adminKeySecret, type Relays } from '../relays/relays.ts'
import { refuseUnconfirmed } from '../ssh/host-keys/refuse-unconfirmed.ts'
import { secretName } from '../ssh/machines.ts'
import type { ServerRecord, Storage } from '../storage/records.ts'
import { storedServer } from '../storage/stored-machine.ts'
import { diagnose } from '../relays/diagnose.ts'
import { widestRange } from '../firewall/rules/widest-range.ts'

const connectTimeoutMs = 10_000

const usualSshPort = 22

/** The calls of `servers` that only remember: add, edit, connect, ports. */
export class ServerRecords {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #connect: ConnectRelay

  constructor(options: { storage: Storage; relays: Relays; connect: ConnectRelay }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#connect = options.connect
  }

  /** A machine that is in the list already stays one. Throws `host-key-unconfirmed` while nobody has confirmed the machine's host key. */
  async add(input: {
    name?: string | undefined
    address: SshAddress
    secret: SshSecret
  }): Promise<{ serverId: string }> {
    const { address, secret, name = address.host } = input
    refuseUnconfirmed(this.#storage, address)
    const known = this.#storage.servers
      .list()
      .find((server) => server.address?.host === address.host && server.address.port === address.port)
    const id = known?.id ?? newId('s')
    const now = await this.#keepSecret(id, secretName({ kind: 'server', id }), JSON.stringify(secret))
    this.#storage.servers.put(
      now
        ? { ...now, address }
        : { id, name, address, relay: null, installed: null, ports: null, local: false },
    )
    return { serverId: id }
  }

  async edit(change: {
    serverId: string
    name?: string | undefined
    address?: SshAddress | undefined
    secret?: SshSecret | undefined
    plan?: ServerPlan | undefined
  }): Promise<void> {
    const { id } = this.find(change.serverId)
    if (change.address) refuseUnconfirmed(this.#storage, change.address)
    if (change.secret && change.secret.kind !== 'stored')
      await this.#storage.secrets.set(secretName({ kind: 'server', id }), JSON.stringify(change.secret))
    // as it is now: it may have been changed meanwhile, or removed
    const server = this.find(id)
    const moved = change.address && server.relay && server.relay.host === server.address?.host
    this.#storage.servers.put({
      ...server,
      name: change.name ?? server.name,
      plan: change.plan ?? server.plan,
      address: change.address ?? server.address,
      // the relay goes where the machine goes; its pinned identity still decides whether it is the same
      relay:
        moved && change.address && server.relay
          ? { ...server.relay, host: change.address.host }
          : server.relay,
    })
    this.#relays.retryNow(server.id)
  }

  /**
   * Adds a relay that runs already. The connection is tried first, so a wrong key or address is told at once
   * (`wrong-admin-key`, `relay-unreachable`, `server-identity-changed`). Its lab boxes join the list a moment later;
   * `hasLabs` says whether there are any, also such as this app cannot read.
   */
  async connect(
    input: {
      name?: string | undefined
      host: string
      bridgePort: number
      adminKey: string
      fingerprint?: string | undefined
    },
    { signal }: { signal: AbortSignal },
  ): Promise<{ serverId: string; fingerprint: string; hasLabs: boolean }> {
    const { host, bridgePort: port, adminKey, name = host } = input
    const wanted = input.fingerprint === '' ? undefined : input.fingerprint
    const both = AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)])
    try {
      const connection = await this.#connect({
        host,
        port,
        adminKey: new Secret(adminKey),
        fingerprint: wanted,
        signal: both,
      })
      try {
        const { fingerprint } = connection
        const [{ version, allowPorts }, clients] = await Promise.all([
          connection.client.status.get({}, { signal: both }),
          connection.client.clients.list({}, { signal: both }),
        ])
        const known = this.#storage.servers.list().find((server) => server.relay?.fingerprint === fingerprint)
        const id = known?.id ?? newId('s')
        const now = await this.#keepSecret(id, adminKeySecret(id), adminKey)
        const relay = { host, bridgePort: port, fingerprint, version, range: widestRange(allowPorts) }
        const fresh: ServerRecord = {
          id,
          name,
          address: null,
          relay,
          installed: null,
          ports: null,
          local: false,
        }
        this.#storage.servers.put(now ? { ...now, relay } : fresh)
        this.#relays.retryNow(id)
        const hasLabs = clients.length > 0 || clients.unread !== undefined
        return { serverId: id, fingerprint, hasLabs }
      } finally {
        connection.close()
      }
    } catch (error) {
      if (signal.aborted) throw error
      const failure = linkFailure(error, { host, port })
      throw AppError.of(
        failure.code === 'relay-unreachable' ? await lookAt(host, port, signal) : failure,
        error,
      )
    }
  }

  ports({ serverId }: { serverId: string }): { report: ServerRecord['ports'] } {
    return { report: this.find(serverId).ports }
  }

  /** Keeps a secret of a server that a person adds; fulfils with the server where it is in the list by then. */
  async #keepSecret(id: string, name: string, value: string): Promise<ServerRecord | undefined> {
    const { secrets, servers } = this.#storage
    const wasThere = servers.get(id) !== undefined
    await secrets.set(name, value)
    // it was removed meanwhile, with this secret, and is a new one
    if (wasThere && !servers.get(id)) await secrets.set(name, value)
    return servers.get(id)
  }

  /** Throws `not-found`. */
  find(serverId: string): ServerRecord {
    return storedServer(this.#storage, serverId)
  }
}

/** What can be seen of a machine at which no relay answers; the app has no way in to change anything there. */
async function lookAt(host: string, bridgePort: number, signal: AbortSignal): Promise<Failure> {
  const { failure } = await diagnose({ name: host, host, bridgePort, sshPort: usualSshPort }, { signal })
  return { ...failure, fixes: failure.fixes.filter(({ action }) => action !== 'restart-relay') }
}
