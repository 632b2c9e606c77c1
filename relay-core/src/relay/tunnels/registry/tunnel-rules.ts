import { RelayError } from '../../../api/errors.ts'
import { takesSetting, traitsOf, tunnelModes, type TunnelMode } from '../../../api/tunnel-modes.ts'
import type { PortRanges } from '../../../net/address/port-ranges.ts'
import { checkPushedHost } from './host-claims.ts'
import { checkPortAllowed, findFreePort, type PortChoice } from './port-choice.ts'
import type { TunnelRecord, TunnelStore } from '../../store/tunnel-store.ts'
import { parseTargets } from '../targets.ts'

export interface TunnelRulesOptions {
  store: TunnelStore
  /** The address tunnels listen on; undefined: every address. */
  host: string | undefined
  allowPorts: () => PortRanges
  /** The relay's own TCP ports: no tunnel gets them, on any address of the server. */
  ownPorts: () => readonly (number | null)[]
  /** How many tunnels a client may have; undefined: no limit of its own. */
  maxTunnelsOf: (clientId: number) => number | undefined
  /** The only host names that a client's agent may bring; undefined: any that is free. */
  pushHostsOf: (clientId: number) => readonly string[] | undefined
}

/** How many tunnels an agent may bring, unless its client's limit says otherwise. */
const maxPushedTunnels = 64

/** More is a mistake or an attack, not a lab. */
const maxTunnels = 10_000

/** Checks a tunnel before it is opened: their number, its port, its target. */
export class TunnelRules {
  readonly #options: TunnelRulesOptions

  constructor(options: TunnelRulesOptions) {
    this.#options = options
  }

  /** @throws RelayError `limit-reached` */
  checkRoom(clientId: number, pushedBy: 'agent' | null = null): void {
    const { store, maxTunnelsOf } = this.#options
    const all = store.list()
    const own = all.filter((tunnel) => tunnel.clientId === clientId)
    const chosen = maxTunnelsOf(clientId)
    const isByDefault = chosen === undefined && pushedBy === 'agent'
    const limit = isByDefault ? maxPushedTunnels : chosen
    const counted = isByDefault ? own.filter((tunnel) => tunnel.pushedBy === 'agent') : own
    if (limit !== undefined && counted.length >= limit) {
      throw new RelayError(
        'limit-reached',
        `This lab box has ${limit} tunnels, as many as it may. Remove one, or raise its limit.`,
        { limit },
      )
    }
    if (all.length >= maxTunnels) {
      throw new RelayError(
        'limit-reached',
        `A relay keeps at most ${maxTunnels} tunnels. Remove some first.`,
        { limit: maxTunnels },
      )
    }
  }

  /** @throws RelayError `invalid-input`, or `mode-unsupported` for a mode that only a later version knows */
  checkTarget(mode: TunnelMode, target: string): void {
    const traits = traitsOf(mode)
    if (!traits)
      throw new RelayError(
        'mode-unsupported',
        `Only a later version of nps has the mode ${mode}. Update nps.`,
        {
          mode,
        },
      )
    const targets = parseTargets(target)
    if (!traits.hasTarget || targets.length > 0) return
    const message = `A tunnel of the mode ${mode} needs a target, as in 127.0.0.1:22.`
    throw new RelayError('invalid-input', message, { target })
  }

  /**
   * The wanted port, or the next free one that is not `lost`; null in modes without. @throws RelayError as `checkPort`,
   * or `no-free-port`
   */
  async choosePort(
    mode: TunnelMode,
    wanted: number | undefined,
    lost = new Set<number>(),
  ): Promise<number | null> {
    if (tunnelModes[mode].port === null) return null
    const port = wanted ?? (await findFreePort({ ...this.#choice(mode), lost }))
    this.checkPort(mode, port)
    return port
  }

  /** @throws RelayError `port-not-allowed`, or `port-taken` when another tunnel has it */
  checkPort(mode: TunnelMode, port: number): void {
    checkPortAllowed(port, this.#choice(mode))
  }

  /**
   * What an agent brings gives way to what others have. `to`: everything, or what existed before, which a
   * tunnel must respect as long as it is open: whatever a person made, and what other agents brought earlier.
   *
   * @throws RelayError `host-not-allowed`
   */
  checkHost(tunnel: TunnelRecord, to: 'all' | 'earlier' = 'earlier'): void {
    if (tunnel.pushedBy === null || !takesSetting(tunnel.mode, 'host')) return
    const { store, pushHostsOf } = this.#options
    checkPushedHost(tunnel, {
      names: pushHostsOf(tunnel.clientId),
      others: store
        .list()
        .filter(
          ({ id, pushedBy }) => id !== tunnel.id && (to === 'all' || pushedBy === null || id < tunnel.id),
        ),
    })
  }

  #choice(mode: TunnelMode): PortChoice {
    const { allowPorts, host, store, ownPorts } = this.#options
    // UDP has ports of its own; a TCP tunnel may have the same number.
    const transport = tunnelModes[mode].port ?? 'tcp'
    const taken = new Map<number, string>()
    for (const tunnel of store.list()) {
      const traits = traitsOf(tunnel.mode)
      if (tunnel.port !== null && (!traits || traits.port === transport)) taken.set(tunnel.port, tunnel.name)
    }
    const own = new Set(transport === 'tcp' ? ownPorts() : [])
    return { allowed: allowPorts(), host, transport, taken, own }
  }
}
