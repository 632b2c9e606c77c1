import type { Clock } from '@nps-desktop/relay-core/async'
import type { PortReport } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { Workplace } from '../provisioning/jobs/workplace.ts'
import type { Machines } from '../ssh/machines.ts'
import type { ServerRecord } from '../storage/records.ts'
import { type HostFirewall, judgeHostFirewall, readHostFirewall } from './host-firewall.ts'

/** Rules are changed by hand, and each look costs a sign-in. */
const lookIntervalMs = 60_000
const lookTimeoutMs = 10_000

/**
 * What keeps a port of a server shut, by the server's own rules, asked while tunnels are checked: what a port check said
 * days ago may be over. Only where nobody has to be asked: with the saved sign-in, and root available.
 */
export class HostLook {
  readonly #machines: Machines
  readonly #clock: Clock
  readonly #log: Log
  readonly #looks = new Map<
    string,
    { readonly atMs: number; readonly firewall: Promise<HostFirewall | null> }
  >()

  constructor(options: { machines: Machines; clock: Clock; log: Log }) {
    this.#machines = options.machines
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Why nothing comes back from `port`; what the last port check said where the server cannot be asked. */
  async causeOf(server: ServerRecord, port: number): Promise<PortReport['cause'] | null> {
    const firewall = await this.#firewall(server)
    if (!firewall) return server.ports?.cause ?? null
    return judgeHostFirewall(firewall, port) ? 'host-firewall' : 'security-group'
  }

  #firewall(server: ServerRecord): Promise<HostFirewall | null> {
    if (!server.address || server.installed?.as !== 'root') return Promise.resolve(null)
    const now = this.#clock.now()
    const last = this.#looks.get(server.id)
    if (last && now - last.atMs < lookIntervalMs) return last.firewall
    const firewall = this.#read(server)
    this.#looks.set(server.id, { atMs: now, firewall })
    return firewall
  }

  async #read(server: ServerRecord): Promise<HostFirewall | null> {
    const signal = AbortSignal.timeout(lookTimeoutMs)
    const workplace = new Workplace(
      this.#machines,
      { kind: 'server', id: server.id },
      { root: 'if-possible' },
    )
    try {
      const { as, shell } = await workplace.owner(signal)
      return as === 'root' ? await readHostFirewall(shell, { signal }) : null
    } catch (error) {
      this.#log.info('a server could not be asked for its firewall', { server: server.name, error })
      return null
    } finally {
      workplace.release()
    }
  }
}
