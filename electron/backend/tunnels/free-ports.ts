import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { chooseLaptopPort, isLaptopPortFree } from '../forwards/laptop-port.ts'
import type { Relays } from '../relays/relays.ts'
import type { ServerRecord, Storage } from '../storage/records.ts'
import { portCandidates } from './port-candidates.ts'

/** Ports that other programs have taken since the last check; after this many the range is hopeless. */
const maxPortsTried = 20

/** Which ports a tunnel can have, of its server and of this laptop. */
export class FreePorts {
  readonly #storage: Storage
  readonly #relays: Relays

  constructor(options: { storage: Storage; relays: Relays }) {
    this.#storage = options.storage
    this.#relays = options.relays
  }

  /** The first port of the server that is free and, by the last check, open; null where there is none. */
  next(server: ServerRecord, except?: number): number | null {
    for (const port of portCandidates(this.#portsOf(server))) if (port !== except) return port
    return null
  }

  /** `work` on the first such port that no other program takes in between. Throws `no-free-port`. */
  async onNext<T>(server: ServerRecord, work: (port: number) => Promise<T>): Promise<T> {
    let tried = 0
    for (const port of portCandidates(this.#portsOf(server))) {
      try {
        return await work(port)
      } catch (error) {
        tried += 1
        if (failureOfError(error).code !== 'port-taken' || tried >= maxPortsTried) throw error
      }
    }
    throw new AppError('no-free-port', `No port of ${server.name} is free and open. Check its ports.`, {
      server: server.name,
    })
  }

  /** `work` on the port that a person chose; where it cannot be had, the failure names one that can. */
  async onChosen<T>(server: ServerRecord, port: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const failure = failureOfError(error)
      if (
        failure.code !== 'port-taken' &&
        failure.code !== 'port-not-allowed' &&
        failure.code !== 'port-forbidden'
      )
        throw error
      const other = this.next(server, port)
      throw AppError.of({ ...failure, fixes: other === null ? [] : [{ action: 'use-port', port: other }] })
    }
  }

  /** A free port of this laptop: `wanted`, else one by the number of `target`. Throws `laptop-port-taken`, `no-laptop-port`. */
  async ofLaptop(target: string, wanted: number | undefined): Promise<number> {
    const taken = new Set(this.#storage.tunnelNotes.list().flatMap(({ localPort }) => localPort ?? []))
    if (wanted === undefined) {
      const port = await chooseLaptopPort(target, taken)
      if (port !== null) return port
      throw new AppError('no-laptop-port', 'No port of this laptop is free for this tunnel.', {})
    }
    if (await isLaptopPortFree(wanted)) return wanted
    const other = await chooseLaptopPort(`127.0.0.1:${wanted}`, taken)
    throw new AppError(
      'laptop-port-taken',
      `Port ${wanted} of this laptop is taken by another program. Choose another one.`,
      { port: wanted },
      { fixes: other === null ? [] : [{ action: 'use-port', port: other }] },
    )
  }

  #portsOf(server: ServerRecord): Parameters<typeof portCandidates>[0] {
    const { relay, ports } = server
    const { tunnels, status } = this.#relays.view(server.id).mirror
    const taken = new Set((tunnels ?? []).flatMap(({ port }) => port ?? []))
    if (relay) taken.add(relay.bridgePort)
    if (status?.webPort) taken.add(status.webPort)
    return { range: relay?.range ?? { from: 7000, to: 9000 }, report: ports, taken }
  }
}
