import { isDeepStrictEqual } from 'node:util'
import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import type { Log } from '../../../log/log.ts'
import type { TunnelRegistry } from '../../tunnels/registry/tunnel-registry.ts'
import type { WantedTunnel } from './wanted-tunnels.ts'

/** The tunnels that one agent brings in one conversation. */
export class PushedTunnels {
  readonly clientId: number
  /** The tunnels that it has asked for, by id. */
  readonly kept = new Set<number>()
  readonly #tunnels: TunnelRegistry
  readonly #log: Log

  constructor({ tunnels, log }: { tunnels: TunnelRegistry; log: Log }, clientId: number) {
    this.clientId = clientId
    this.#tunnels = tunnels
    this.#log = log
  }

  /**
   * Creates the tunnel, or updates the one with that name (else with that port): its id, its counters and its limits
   * stay, and one that a person has stopped stays stopped. A port that a person has already given to a tunnel of this client
   * stays that tunnel's: then nothing is done, and it is what comes back. Rejects as `TunnelRegistry.add` and `edit` do.
   */
  async keep(wanted: WantedTunnel): Promise<RelayTunnel | null> {
    const mine = this.#tunnels
      .list()
      .filter(
        ({ id, clientId, mode }) => clientId === this.clientId && mode === wanted.mode && !this.kept.has(id),
      )
    const samePort = (tunnel: RelayTunnel) => wanted.port !== null && tunnel.port === wanted.port
    const byPerson = mine.find((tunnel) => tunnel.pushedBy === null && samePort(tunnel))
    if (byPerson) {
      const fields = { tunnel: byPerson.id, client: this.clientId, port: byPerson.port }
      this.#log.info('a pushed tunnel has the port of one that was made here, which stays', fields)
      return byPerson
    }
    const pushed = mine.filter(({ pushedBy }) => pushedBy === 'agent')
    const known = pushed.find(({ name }) => name === wanted.name) ?? pushed.find(samePort)
    if (!known) {
      const { port, ...rest } = wanted
      const added = await this.#tunnels.add({
        ...rest,
        clientId: this.clientId,
        pushedBy: 'agent',
        ...(port !== null && { port }),
      })
      this.kept.add(added.id)
      return null
    }
    // Before anything can fail: a tunnel that could not be changed is still wanted.
    this.kept.add(known.id)
    if (isSame(known, wanted)) return null
    const { name, port, target, settings } = wanted
    await this.#tunnels.edit(known.id, { name, target, settings, ...(port !== null && { port }) })
    return null
  }

  /** What cannot be checked now still counts as wanted. */
  leave(name: string): void {
    for (const tunnel of this.#tunnels.list())
      if (tunnel.clientId === this.clientId && tunnel.pushedBy === 'agent' && tunnel.name === name)
        this.kept.add(tunnel.id)
  }
}

function isSame(tunnel: RelayTunnel, wanted: WantedTunnel): boolean {
  return (
    tunnel.name === wanted.name &&
    tunnel.port === wanted.port &&
    tunnel.target === wanted.target &&
    isDeepStrictEqual(tunnel.settings, wanted.settings)
  )
}
