import { Signal } from '@nps-desktop/relay-core/async'
import type { DirectChoice, Failure } from '@nps-desktop/electron/contract'
import { type PrivateWay, RelayError } from '@nps-desktop/relay-core/api'
import { PrivateVisitor, type WayMeasurement } from '@nps-desktop/relay-core/visitor'
import type { Log } from '@nps-desktop/relay-core/log'
import { Secret } from '@nps-desktop/relay-core/secret'
import type { Duplex } from 'node:stream'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import { type ListedTunnel, listedTunnel, listTunnels } from '../known-tunnels/list-tunnels.ts'
import { newNote } from '../known-tunnels/new-note.ts'
import { bridgeAddress } from '../relays/bridge-address.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'

interface Forward {
  /** What it was made of; once that differs, another one takes its place. */
  readonly madeOf: string
  /** The agent's key; null until one was proved. Once the lab box's is another one, another forward takes its place. */
  agentKey: string | null
  readonly visitor: PrivateVisitor
  /** On the laptop. */
  readonly port: number
  state: 'opening' | 'open' | Failure
}

/**
 * The forwards on this laptop's loopback to the tunnels that only this laptop may use. What goes through one is encrypted from
 * here to the lab box. Its key is kept with the box, so that its server cannot put another one in its place.
 */
export class LocalForwards {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #log: Log
  readonly #forwards = new Map<string, Forward>()
  readonly #changed = new Signal()
  readonly #subscriptions = new DisposableStack()

  constructor(options: { storage: Storage; relays: Relays; log: Log }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#log = options.log
  }

  start(): void {
    const follow = (): void => this.#follow()
    this.#subscriptions.use(this.#relays.onChange(follow))
    this.#subscriptions.use(this.#storage.onChange(follow))
    this.#follow()
  }

  /** Calls back when a forward has opened, or could not, and when its connections go another way. */
  onChange(listener: () => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  /** Whether the tunnel's forward is open, or why not; null for a tunnel that has none, and while it opens. */
  state(tunnelId: string): 'open' | Failure | null {
    const state = this.#forwards.get(tunnelId)?.state ?? 'opening'
    return state === 'opening' ? null : state
  }

  /** Which way the tunnel's connections go; null for a tunnel that has no forward. */
  way(tunnelId: string): PrivateWay | null {
    return this.#forwards.get(tunnelId)?.visitor.way ?? null
  }

  /** As `PrivateVisitor.tryDirect`. */
  tryDirect({ tunnelId }: { tunnelId: string }): void {
    this.#forwards.get(tunnelId)?.visitor.tryDirect()
  }

  /** As `PrivateVisitor.measureDirect`; null where there is no direct way. */
  async measureDirect(tunnelId: string): Promise<WayMeasurement | null> {
    const { visitor } = this.#forwards.get(tunnelId) ?? {}
    return visitor?.way.way === 'direct' ? await visitor.measureDirect() : null
  }

  /** For new connections of the tunnel; kept with it. Throws `not-found`. */
  setDirect({ tunnelId, direct }: { tunnelId: string; direct: DirectChoice }): void {
    const tunnel = listedTunnel(this.#storage, this.#relays, tunnelId)
    const { tunnelNotes } = this.#storage
    tunnelNotes.put({ ...(tunnelNotes.get(tunnelId) ?? newNote(tunnelId, tunnel.kind)), direct })
  }

  /**
   * Goes the way of whoever comes to the forward, which is tried again if it could not be opened. Rejects with `laptop-port-taken`, as `PrivateVisitor.open` does, or with
   * a plain error while the server has not told of the tunnel yet.
   */
  async visit(tunnelId: string, options: { signal: AbortSignal }): Promise<Duplex> {
    const forward = this.#forwards.get(tunnelId)
    if (!forward) throw new Error('the server has not told of this tunnel yet')
    if (typeof forward.state === 'object') await this.#open(forward)
    if (typeof forward.state === 'object') {
      throw AppError.of(forward.state)
    }
    return forward.visitor.open(options)
  }

  /** Ends the forwards and what goes through them. Fulfils when the servers have been told, or after some seconds. Idempotent. */
  async close(): Promise<void> {
    this.#subscriptions.dispose()
    const visitors = [...this.#forwards.values()].map(({ visitor }) => visitor)
    this.#forwards.clear()
    await Promise.all(visitors.map((visitor) => visitor.close()))
  }

  #follow(): void {
    const wanted = new Map(
      listTunnels(this.#storage, this.#relays).flatMap((tunnel) => {
        const made = this.#make(tunnel)
        return made ? [[tunnel.id, { tunnel, ...made }] as const] : []
      }),
    )
    for (const [id, forward] of this.#forwards) {
      const now = wanted.get(id)
      const isSameAgent = now?.tunnel.lab.agentKey === null || now?.tunnel.lab.agentKey === forward.agentKey
      if (now?.madeOf === forward.madeOf && isSameAgent) {
        forward.visitor.setDirect(now.tunnel.direct)
        continue
      }
      void forward.visitor.close()
      this.#forwards.delete(id)
    }
    for (const [id, { tunnel, madeOf, visitor }] of wanted) {
      if (this.#forwards.has(id)) continue
      const { agentKey } = tunnel.lab
      const onPinned = (proved: string): void => {
        forward.agentKey = proved
        this.#keepKey(tunnel.lab.id, proved)
      }
      const forward: Forward = {
        madeOf,
        agentKey,
        visitor: visitor(onPinned),
        port: tunnel.port,
        state: 'opening',
      }
      forward.visitor.onWay(() => this.#changed.emit())
      this.#forwards.set(id, forward)
      void this.#open(forward)
    }
  }

  /**
   * Null for a tunnel that has no forward: it is everybody's, it is paused, its server has changed it, or has not told its
   * password yet.
   */
  #make({ reach, port, server, lab, relayTunnel, change, direct }: ListedTunnel): {
    madeOf: string
    visitor: (onPinned: (agentKey: string) => void) => PrivateVisitor
  } | null {
    const { password } = relayTunnel.settings
    if (
      reach !== 'laptop' ||
      change !== null ||
      !relayTunnel.enabled ||
      password === undefined ||
      !server.relay
    )
      return null
    const { fingerprint } = server.relay
    const address = bridgeAddress(server.relay)
    const visitor = (onAgentPinned: (agentKey: string) => void): PrivateVisitor =>
      new PrivateVisitor({
        server: address,
        password: new Secret(password),
        name: relayTunnel.name,
        localPort: port,
        direct,
        fingerprint,
        agentFingerprint: lab.agentKey ?? undefined,
        onAgentPinned,
        log: this.#log,
      })
    return { madeOf: JSON.stringify([address, fingerprint, password, port]), visitor }
  }

  /** The first key wins: that of another forward is refused from now on. */
  #keepKey(labId: string, agentKey: string): void {
    const lab = this.#storage.labs.get(labId)
    if (!lab || lab.agentKey !== null) return
    try {
      this.#storage.labs.put({ ...lab, agentKey })
    } catch (error) {
      this.#log.error('the key of a lab box could not be kept: another one would be taken after a restart', {
        lab: lab.name,
        error,
      })
    }
  }

  async #open(forward: Forward): Promise<void> {
    try {
      await forward.visitor.listen()
      forward.state = 'open'
    } catch (error) {
      const taken = error instanceof RelayError && error.code === 'port-taken'
      forward.state = taken ? portTaken(forward.port) : failureOfError(error)
    }
    this.#changed.emit()
  }
}

function portTaken(port: number): Failure {
  return {
    code: 'laptop-port-taken',
    params: { port },
    message: `Port ${port} of this laptop is taken by another program. Give the tunnel another one, or end that program.`,
    fixes: [{ action: 'edit-address' }],
  }
}
