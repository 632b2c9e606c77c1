import type { JumpHost, SshAddress, SshSecret } from '@nps-desktop/electron/contract'
import { AppError } from '../app-error.ts'
import { labIdOf } from '../ids.ts'
import type { Relays } from '../relays/relays.ts'
import { refuseUnconfirmed } from '../servers/server-records.ts'
import { secretName } from '../ssh/machines.ts'
import type { JumpRecord, LabRecord, ServerRecord, Storage } from '../storage/records.ts'

type Signal = { readonly signal: AbortSignal }

/** The calls of `labs` that only remember, and the invitation that the relay writes. */
export class LabRecords {
  readonly #storage: Storage
  readonly #relays: Relays

  constructor(options: { storage: Storage; relays: Relays }) {
    this.#storage = options.storage
    this.#relays = options.relays
  }

  /** Makes its client on the relay at once, so that the agent has something to come online as. */
  async add(
    input: {
      serverId: string
      name: string
      address: SshAddress | null
      secret?: SshSecret | undefined
      jump: JumpHost
    },
    { signal }: Signal,
  ): Promise<{ labId: string }> {
    const { serverId, name, address } = input
    if (address) refuseUnconfirmed(this.#storage, address)
    const client = await this.#relays.api(serverId).clients.add({ name }, { signal })
    const id = labIdOf(serverId, client.id)
    await this.#keepSecrets(id, input)
    const jump = jumpRecord(input.jump)
    const nothingYet = { installed: null, agentKey: null }
    this.#storage.labs.put({ id, serverId, name, address, jump, clientId: client.id, ...nothingYet })
    return { labId: id }
  }

  async edit(
    change: {
      labId: string
      name?: string | undefined
      address?: SshAddress | undefined
      secret?: SshSecret | undefined
      jump?: JumpHost | undefined
    },
    { signal }: Signal,
  ): Promise<void> {
    const { lab } = this.find(change.labId)
    if (change.address) refuseUnconfirmed(this.#storage, change.address)
    const name = change.name ?? lab.name
    if (name !== lab.name && lab.clientId !== null) {
      await this.#relays.api(lab.serverId).clients.edit({ id: lab.clientId, name }, { signal })
    }
    await this.#keepSecrets(lab.id, change)
    this.#storage.labs.put({
      ...lab,
      name,
      address: change.address ?? lab.address,
      jump: change.jump ? jumpRecord(change.jump) : lab.jump,
    })
  }

  async invite(
    { labId }: { labId: string },
    { signal }: Signal,
  ): Promise<{ curl: string; wget: string; expiresAtMs: number }> {
    const { lab, server } = this.find(labId)
    if (lab.clientId === null || !server.relay) {
      throw new AppError('not-found', `${lab.name} has no place on ${server.name} yet. Set it up first.`, {
        lab: lab.name,
        server: server.name,
      })
    }
    const { curl, wget, expiresAtMs } = await this.#relays
      .api(server.id)
      .clients.invite({ id: lab.clientId, host: server.relay.host }, { signal })
    return { curl, wget, expiresAtMs }
  }

  /** Throws `not-found`. */
  find(labId: string): { lab: LabRecord; server: ServerRecord } {
    const lab = this.#storage.labs.get(labId)
    const server = lab && this.#storage.servers.get(lab.serverId)
    if (!lab || !server) throw new AppError('not-found', 'This lab box is no longer in the list.', {})
    return { lab, server }
  }

  async #keepSecrets(
    id: string,
    { secret, jump }: { secret?: SshSecret | undefined; jump?: JumpHost | undefined },
  ): Promise<void> {
    const { secrets } = this.#storage
    if (secret && secret.kind !== 'stored')
      await secrets.set(secretName({ kind: 'lab', id }), JSON.stringify(secret))
    if (jump?.kind === 'other' && jump.secret.kind !== 'stored') {
      await secrets.set(secretName({ kind: 'lab', id }, 'jump'), JSON.stringify(jump.secret))
    }
  }
}

function jumpRecord(jump: JumpHost): JumpRecord {
  return jump.kind === 'other' ? { kind: 'other', address: jump.address } : jump
}
