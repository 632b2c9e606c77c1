import type { Log } from '@nps-desktop/relay-core/log'
import { parseTunnelId } from '../ids.ts'
import type { ListedTunnel } from '../known-tunnels/list-tunnels.ts'
import { targetPort } from '../known-tunnels/tunnel-kind.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import type { CheckResult } from './check-result.ts'
import { recogniseService } from './recognise-service.ts'
import { openPort } from './service-visit.ts'

const maxRecognising = 2
/** Some questions, one after the other, through a slow line. */
const recogniseTimeoutMs = 45_000

/** What the services of tunnels that were made elsewhere show themselves to be. */
export class SeenKinds {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #log: Log
  /** By tunnel, under which circumstances it was last asked what it is. */
  readonly #recognised = new Map<string, string>()
  readonly #recognising = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor(options: { storage: Storage; relays: Relays; log: Log }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#log = options.log
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#recognising)
  }

  /** Of tunnels that are gone, as far as their servers have told which there are. */
  forgetAllBut(known: ReadonlySet<string>): void {
    const { seenKinds } = this.#storage
    const isGone = (id: string): boolean =>
      !known.has(id) && Boolean(this.#relays.view(parseTunnelId(id)?.serverId ?? '').mirror.tunnels)
    for (const id of this.#recognised.keys()) if (isGone(id)) this.#recognised.delete(id)
    for (const { id } of seenKinds.list())
      if (isGone(id)) this.#storage.whenPossible(`kind of ${id}`, () => seenKinds.delete(id))
  }

  /** Beside the checks, a few at a time: those of other tunnels do not wait for a slow answer. */
  look(tunnel: ListedTunnel, result: CheckResult): void {
    if (this.#recognising.size >= maxRecognising) return
    const asking = this.#recognise(tunnel, result)
      .catch((error: unknown) => {
        // the link broke or the app is closing: it is asked again
        this.#recognised.delete(tunnel.id)
        this.#log.debug('what a service is was not found out', { tunnel: tunnel.id, error })
      })
      .finally(() => this.#recognising.delete(asking))
    this.#recognising.add(asking)
  }

  /**
   * Of a tunnel that was made elsewhere, what its service shows itself to be: asked once, where nothing is known of it or something else
   * answers than its port and name promise, and again when the tunnel leads elsewhere or the app has started anew.
   */
  async #recognise(
    { id, kind, reach, relayTunnel, server, port }: ListedTunnel,
    result: CheckResult,
  ): Promise<void> {
    const { tunnelNotes, seenKinds } = this.#storage
    const { mode, target } = relayTunnel
    if (reach !== 'anyone' || mode !== 'tcp' || tunnelNotes.get(id)) return
    const [, , service] = result.stops
    const isWrong = service.failure?.code === 'service-wrong'
    if (!isWrong && !(kind === 'tcp' && service.state === 'ok')) return
    if (isWrong && seenKinds.get(id)) this.#storage.whenPossible(`kind of ${id}`, () => seenKinds.delete(id))
    const circumstances = JSON.stringify([target, port, kind])
    if (this.#recognised.get(id) === circumstances || isLeftAlone(target)) return
    this.#recognised.set(id, circumstances)
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(recogniseTimeoutMs)])
    const place = { host: server.relay?.host ?? '', port }
    const found = await recogniseService(() => openPort(place, { signal }), { signal })
    // that any page answers is less than what a port or a name has promised
    if (found === null || (isWrong && found === 'web')) return
    // of the lab box's own sshd more is thought than that one answers: the app signs in there
    if (found === 'ssh') return
    this.#storage.whenPossible(`kind of ${id}`, () => seenKinds.put({ id, target, kind: found }))
  }
}

/** Several targets may be several services; and what is sent to a printer is printed. */
function isLeftAlone(target: string): boolean {
  return target.includes(',') || printerPorts.has(targetPort(target))
}

/** Raw printing and LPD. */
const printerPorts: ReadonlySet<number> = new Set([515, 9100, 9101, 9102])
