import type {
  JumpHost,
  LabPlatform,
  MachineAddress,
  SshAddress,
  SshSecret,
} from '@nps-desktop/electron/contract'
import { allowTargetProblem } from '@nps-desktop/relay-core/config'
import { clientOfLab } from './steps/client-of-lab.ts'
import { widened } from '../known-tunnels/allowed-target.ts'
import { AppError } from '../failures/app-error.ts'
import type { Relays } from '../relays/relays.ts'
import { refuseUnconfirmed } from '../ssh/host-keys/refuse-unconfirmed.ts'
import { secretName } from '../ssh/machines.ts'
import { freeLabId } from '../relays/adopt-clients.ts'
import type { JumpRecord, LabRecord, ServerRecord, Storage } from '../storage/records.ts'
import { storedLabWithServer, storedServer } from '../storage/stored-machine.ts'

type Signal = { readonly signal: AbortSignal }

/** The oldest goes where a person shares more. */
const maxShares = 64

/** The calls of `labs` that only store something, and the invitation that the relay writes. */
export class LabRecords {
  readonly #storage: Storage
  readonly #relays: Relays

  constructor(options: { storage: Storage; relays: Relays }) {
    this.#storage = options.storage
    this.#relays = options.relays
  }

  /** Creates its client on the relay at once, so that its agent can come online. */
  async add(
    input: {
      serverId: string
      name: string
      address: MachineAddress | null
      secret?: SshSecret | undefined
      allowTarget: string | null
    },
    { signal }: Signal,
  ): Promise<{ labId: string }> {
    const { serverId, name, allowTarget } = input
    refuseWrongList(name, allowTarget)
    const jump = input.address?.jump ?? { kind: 'none' }
    if (input.address) refuseUnconfirmed(this.#storage, input.address, jump)
    const api = await this.#relays.reach(serverId, { signal })
    const client = await api.clients.add({ name, settings: { mayPush: false } }, { signal })
    const id = freeLabId(this.#storage, serverId, client.id)
    await this.#keepSecrets(id, input.secret, jump, () => storedServer(this.#storage, serverId))
    this.#storage.labs.put({
      id,
      serverId,
      name,
      address: input.address && plainAddress(input.address),
      jump: this.#jumpRecord(jump),
      clientId: client.id,
      installed: null,
      agentKey: null,
      allowTarget,
      allowTargetThere: null,
    })
    return { labId: id }
  }

  async edit(
    change: {
      labId: string
      name?: string | undefined
      address?: MachineAddress | undefined
      secret?: SshSecret | undefined
      allowTarget?: string | null | undefined
    },
    { signal }: Signal,
  ): Promise<void> {
    const { lab: before } = this.find(change.labId)
    const { address, allowTarget = before.allowTarget } = change
    refuseWrongList(before.name, allowTarget)
    if (address) refuseUnconfirmed(this.#storage, address, address.jump)
    const name = change.name ?? before.name
    if (name !== before.name && before.clientId !== null) {
      const api = await this.#relays.reach(before.serverId, { signal })
      await api.clients.edit({ id: before.clientId, name }, { signal })
      // its removal has taken its secrets
      this.find(before.id)
    }
    await this.#keepSecrets(before.id, change.secret, address?.jump, () => this.find(before.id))
    // as it is now: it may have been changed meanwhile, or removed
    const { lab } = this.find(before.id)
    this.#storage.labs.put({
      ...lab,
      name: change.name ?? lab.name,
      address: address ? plainAddress(address) : lab.address,
      jump: address ? this.#jumpRecord(address.jump) : lab.jump,
      allowTarget: change.allowTarget === undefined ? lab.allowTarget : change.allowTarget,
    })
  }

  /** Whatever the list was when a person was offered this, what it is now is kept. */
  allow({ labId, targets }: { labId: string; targets: readonly string[] }): void {
    const { lab } = this.find(labId)
    const allowTarget = widened(lab.allowTarget, targets)
    refuseWrongList(lab.name, allowTarget)
    this.#storage.labs.put({ ...lab, allowTarget })
  }

  /** Several folders at most: each is one that a person has chosen for a tunnel. */
  share({ labId, folder }: { labId: string; folder: string }): void {
    const { lab } = this.find(labId)
    const shares = [...new Set([...(lab.shares ?? []), folder])].slice(-maxShares)
    this.#storage.labs.put({ ...lab, shares })
  }

  async invite(
    { labId, platform }: { labId: string; platform: LabPlatform },
    { signal }: Signal,
  ): Promise<{ curl: string; wget: string; powershell: string | null; expiresAtMs: number }> {
    const { lab, server } = this.find(labId)
    if (!server.relay) {
      throw new AppError('not-found', `${server.name} has no nps yet. Set it up first.`, {
        lab: lab.name,
        server: server.name,
      })
    }
    const id = await clientOfLab(lab, { storage: this.#storage, relays: this.#relays, signal })
    const { allowTarget } = lab
    const api = await this.#relays.reach(server.id, { signal })
    const {
      curl,
      wget,
      powershell = null,
      expiresAtMs,
    } = await api.clients.invite(
      { id, host: server.relay.host, ...(allowTarget !== null && { allowTarget }) },
      { signal },
    )
    // An older nps does not know the wish, and its line would let the box be led anywhere.
    const lines = platform === 'windows' ? [powershell] : [curl, wget]
    const isLimited = lines.every((line) => line?.includes(`-allow_target=${allowTarget}`))
    if (allowTarget !== null && !isLimited) {
      throw new AppError(
        'version-unsupported',
        `The nps on ${server.name} is too old to limit what ${lab.name} may open. Set the server up again to bring it up to date.`,
        { server: server.name, lab: lab.name },
      )
    }
    if (platform === 'windows' && powershell === null) {
      throw new AppError(
        'version-unsupported',
        `The nps on ${server.name} is too old to install npc on Windows by a pasted line. Set the server up again to bring it up to date.`,
        { server: server.name, lab: lab.name },
      )
    }
    const { labs } = this.#storage
    const now = labs.get(labId)
    if (now?.installed && now.allowTargetThere !== allowTarget) labs.put({ ...now, otherListByLine: true })
    return { curl, wget, powershell, expiresAtMs }
  }

  /** Throws `not-found`. */
  find(labId: string): { lab: LabRecord; server: ServerRecord } {
    return storedLabWithServer(this.#storage, labId)
  }

  /** `find` throws once that is removed which the lab box belongs to: its removal took only the secrets that were there by then. */
  async #keepSecrets(
    id: string,
    secret: SshSecret | undefined,
    jump: JumpHost | undefined,
    find: () => unknown,
  ): Promise<void> {
    const { secrets } = this.#storage
    if (secret && secret.kind !== 'stored')
      await secrets.set(secretName({ kind: 'lab', id }), JSON.stringify(secret))
    if (jump?.kind === 'other' && jump.secret.kind !== 'stored') {
      await secrets.set(secretName({ kind: 'lab', id }, 'jump'), JSON.stringify(jump.secret))
    }
    if (jump?.kind === 'kept' && jump.labId !== id) {
      const kept = await secrets.get(secretName({ kind: 'lab', id: jump.labId }, 'jump'))
      if (kept !== null) await secrets.set(secretName({ kind: 'lab', id }, 'jump'), kept)
    }
    try {
      find()
    } catch (error) {
      secrets.deleteUnder(`lab/${id}/`)
      throw error
    }
  }

  #jumpRecord(jump: JumpHost): JumpRecord {
    if (jump.kind === 'kept') return this.find(jump.labId).lab.jump
    return jump.kind === 'other' ? { kind: 'other', address: jump.address } : jump
  }
}

/** What npc would refuse to start with is refused before it is kept. Throws `allow-list-wrong`. */
function refuseWrongList(lab: string, allowTarget: string | null): void {
  const problem = allowTarget === null ? null : allowTargetProblem(allowTarget)
  if (allowTarget === null || problem === null) return
  throw new AppError('allow-list-wrong', `What ${lab} may open ${problem}.`, { lab, list: allowTarget })
}

function plainAddress({ host, port, user }: MachineAddress): SshAddress {
  return { host, port, user }
}
