import type { Log } from '../../log/log.ts'
import type { HealthReport } from '../../stock/messages/main-messages.ts'
import { parseHostPort, type HostPort } from '../../net/address/host-port.ts'
import type { Agents } from '../clients/agents.ts'
import type { RoundRobinTargets } from '../tunnels/round-robin-targets.ts'

export interface ReportedHealthOptions {
  readonly agents: Agents
  readonly targetsOf: (clientId: number) => readonly RoundRobinTargets[]
  readonly log: Log
}

/** No npc.conf has more targets than this. */
const maxTargets = 1_000

/** What an agent reports about its targets (`[health…]` of npc.conf): visitors are sent to the healthy ones. */
export class ReportedHealth {
  readonly #options: ReportedHealthOptions
  /** By client: targets that its agent reported as down. */
  readonly #down = new Map<number, Map<string, HostPort>>()
  readonly #subscription: Disposable

  constructor(options: ReportedHealthOptions) {
    this.#options = options
    // An agent that reconnects assumes all of them to be healthy, and reports nothing until one is not.
    this.#subscription = options.agents.onChange((clientId) => this.#forget(clientId))
  }

  take(clientId: number, { target, up }: HealthReport): void {
    const where = readTarget(target)
    if (!where) {
      this.#options.log.warn('a health report names no target', {
        client: clientId,
        target: target.slice(0, 80),
      })
      return
    }
    const down = this.#down.get(clientId) ?? new Map<string, HostPort>()
    this.#down.set(clientId, down)
    if (up) down.delete(target)
    else if (down.size < maxTargets) down.set(target, where)
    if (this.#set(clientId, where, up)) {
      const fields = { client: clientId, target }
      if (up) this.#options.log.info('the agent says that a target is healthy again', fields)
      else this.#options.log.warn('the agent says that a target is down; it is left out', fields)
    }
  }

  close(): void {
    this.#subscription[Symbol.dispose]()
  }

  #forget(clientId: number): void {
    for (const where of this.#down.get(clientId)?.values() ?? []) this.#set(clientId, where, true)
    this.#down.delete(clientId)
  }

  #set(clientId: number, where: HostPort, isHealthy: boolean): boolean {
    const turns = this.#options.targetsOf(clientId)
    return turns.map((targets) => targets.setHealth(where, isHealthy)).includes(true)
  }
}

/** A bare port is a port of the lab box itself. */
function readTarget(text: string): HostPort | undefined {
  try {
    return parseHostPort(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text, 'target')
  } catch {
    return undefined
  }
}
