import type { Storage } from '../storage/records.ts'
import { countedTunnels, type RelayMirror } from './relay-mirror.ts'

/** What each server told last, as the app's file keeps it: after a restart it is shown until the server tells it again. */
export class LastHeard {
  readonly #storage: Storage
  /** What was stored last of each server's tunnels. */
  readonly #tunnels = new Map<string, string>()
  /** When the status was told that was stored last. */
  readonly #statusAtMs = new Map<string, number>()

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** For a new link: what an earlier one has left. */
  restore(serverId: string, mirror: RelayMirror): void {
    mirror.tunnels = this.#storage.lastTunnels.get(serverId)
    mirror.last = this.#storage.lastStatus.get(serverId)
    if (mirror.last) this.#statusAtMs.set(serverId, mirror.last.atMs)
    else this.#statusAtMs.delete(serverId)
  }

  /** The status changes with every answer, so this is for when the answers end. */
  keepStatus(serverId: string, mirror: RelayMirror): void {
    const { last } = mirror
    if (!last || last.atMs === this.#statusAtMs.get(serverId)) return
    this.#statusAtMs.set(serverId, last.atMs)
    this.#storage.whenPossible(`last-status/${serverId}`, () => this.#storage.lastStatus.put(serverId, last))
    this.#putTunnels(serverId, mirror)
  }

  /** Writes when a tunnel came, went or was changed; what is counted is kept with the status. */
  keepTunnels(serverId: string, mirror: RelayMirror): void {
    const { tunnels } = mirror
    if (!tunnels) return
    const lasting = tunnels.map(({ id, clientId, name, port, target, enabled }) => [
      id,
      clientId,
      name,
      port,
      target,
      enabled,
    ])
    const text = JSON.stringify(lasting)
    if (this.#tunnels.get(serverId) === text) return
    this.#tunnels.set(serverId, text)
    this.#putTunnels(serverId, mirror)
  }

  /** The link has ended: a later one writes the tunnels that it is told, whatever they are. */
  forget(serverId: string): void {
    this.#tunnels.delete(serverId)
  }

  /** The server was removed from the app. */
  delete(serverId: string): void {
    this.#storage.whenPossible(`last-heard/${serverId}`, () => {
      this.#storage.lastTunnels.delete(serverId)
      this.#storage.lastStatus.delete(serverId)
    })
  }

  #putTunnels(serverId: string, mirror: RelayMirror): void {
    const withoutPasswords = countedTunnels(mirror)?.map((tunnel) => ({ ...tunnel, settings: {} }))
    if (!withoutPasswords) return
    this.#storage.whenPossible(`last-tunnels/${serverId}`, () =>
      this.#storage.lastTunnels.put(serverId, withoutPasswords),
    )
  }
}
