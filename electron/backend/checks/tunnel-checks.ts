import { wideningFor } from '../known-tunnels/allowed-target.ts'
import { sharingOf } from '../known-tunnels/folder-sharing.ts'
import { type Clock, every, Signal } from '@nps-desktop/relay-core/async'
import { takesSetting, tunnelModes } from '@nps-desktop/relay-core/api'
import type { ProbeResult } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import type { HostLook } from '../firewall/host-look.ts'
import type { NetworkWatch } from '@nps-desktop/relay-core/api-client'
import type { Relays } from '../relays/relays.ts'
import type { LocalForwards } from '../forwards/local-forwards.ts'
import type { Storage } from '../storage/records.ts'
import { type CheckResult, judge, refusedDirectly, withoutServer } from './check-result.ts'
import { type ListedTunnel, listedTunnel, listTunnels } from '../known-tunnels/list-tunnels.ts'
import { SeenKinds } from './seen-kinds.ts'
import { type ServiceVisit, visit, visitPrivately } from './service-visit.ts'

const watchedIntervalMs = 10_000
const idleIntervalMs = 60_000
const lookIntervalMs = 1_000
/** How many checks run at once; each holds one connection to a server for some milliseconds. */
const maxConcurrent = 8
const checkTimeoutMs = 15_000

/** What is known about the last three stops of one tunnel. */
export interface Evidence {
  readonly result: CheckResult | null
  readonly checkingSinceMs: number | null
  readonly brokenSinceMs: number | null
}

interface Check {
  evidence: Evidence
  /** The circumstances under which the evidence was gathered; once they differ, the evidence is void. */
  circumstances: string
  askedAtMs: number | null
  running: Promise<void> | null
}

const noEvidence: Evidence = { result: null, checkingSinceMs: null, brokenSinceMs: null }

/** Checks the stops of every tunnel repeatedly: often while somebody looks, at once when something has changed. */
export class TunnelChecks {
  watched = false
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #network: NetworkWatch
  readonly #forwards: LocalForwards
  readonly #hostLook: HostLook
  readonly #clock: Clock
  readonly #log: Log
  readonly #changed = new Signal()
  readonly #entries = new Map<string, Check>()
  readonly #seenKinds: SeenKinds
  readonly #stop = new AbortController()
  readonly #subscriptions = new DisposableStack()

  constructor(options: {
    storage: Storage
    relays: Relays
    network: NetworkWatch
    forwards: LocalForwards
    hostLook: HostLook
    clock: Clock
    log: Log
  }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#network = options.network
    this.#forwards = options.forwards
    this.#hostLook = options.hostLook
    this.#clock = options.clock
    this.#log = options.log
    this.#seenKinds = new SeenKinds(options)
  }

  start(): void {
    this.#subscriptions.use(this.#relays.onChange(() => this.#look()))
    this.#subscriptions.use(this.#forwards.onChange(() => this.#look()))
    this.#subscriptions.use(this.#network.onChange(() => this.forgetAll()))
    const lookAgain = (): void => {
      this.#look()
      this.#changed.emit()
    }
    this.#subscriptions.use(every(lookIntervalMs, lookAgain, { clock: this.#clock }))
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#subscriptions.dispose()
    await Promise.all([...this.#entries.values()].map(({ running }) => running))
    await this.#seenKinds.close()
  }

  /** Calls back when evidence arrives, and every second, because evidence also ages. */
  onChange(listener: () => void): Disposable {
    return this.#changed.subscribe(listener)
  }

  evidence(tunnelId: string): Evidence {
    return this.#entries.get(tunnelId)?.evidence ?? noEvidence
  }

  /** After a wake or a network change nothing counts as known until it has been checked again. */
  forgetAll(): void {
    this.#entries.clear()
    this.#look()
    this.#changed.emit()
  }

  /** Checks now and waits for the result. Throws `not-found` for a tunnel that does not exist. */
  async check(tunnelId: string): Promise<void> {
    const tunnel = listedTunnel(this.#storage, this.#relays, tunnelId)
    // the answer must come from after the question
    await this.#entries.get(tunnelId)?.running
    await this.#begin(tunnel)
  }

  #look(): void {
    if (this.#stop.signal.aborted) return
    const tunnels = listTunnels(this.#storage, this.#relays)
    const known = new Set(tunnels.map(({ id }) => id))
    for (const id of this.#entries.keys()) if (!known.has(id)) this.#entries.delete(id)
    this.#seenKinds.forgetAllBut(known)
    const intervalMs = this.watched ? watchedIntervalMs : idleIntervalMs
    const now = this.#clock.now()
    let running = [...this.#entries.values()].filter((entry) => entry.running).length
    for (const tunnel of tunnels) {
      const entry = this.#entry(tunnel)
      const due = entry.askedAtMs === null || now - entry.askedAtMs >= intervalMs
      if (!due || entry.running || running >= maxConcurrent || !this.#canBeAsked(tunnel)) continue
      running += 1
      void this.#begin(tunnel)
    }
  }

  #entry(tunnel: ListedTunnel): Check {
    const circumstances = circumstancesOf(tunnel, this.#forwards.state(tunnel.id))
    let entry = this.#entries.get(tunnel.id)
    if (!entry || entry.circumstances !== circumstances) {
      entry = { evidence: noEvidence, circumstances, askedAtMs: null, running: null }
      this.#entries.set(tunnel.id, entry)
    }
    return entry
  }

  #begin(tunnel: ListedTunnel): Promise<void> {
    const entry = this.#entry(tunnel)
    if (!this.#canBeAsked(tunnel)) return Promise.resolve()
    entry.running ??= this.#run(tunnel, entry).finally(() => {
      entry.running = null
      this.#changed.emit()
    })
    this.#changed.emit()
    return entry.running
  }

  async #run(tunnel: ListedTunnel, entry: Check): Promise<void> {
    const startedAtMs = this.#clock.now()
    entry.askedAtMs = startedAtMs
    entry.evidence = { ...entry.evidence, checkingSinceMs: entry.evidence.checkingSinceMs ?? startedAtMs }
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(checkTimeoutMs)])
    try {
      const result = await this.#ask(tunnel, signal)
      const brokenSinceMs = brokenSince(entry.evidence, result)
      entry.evidence = { result, checkingSinceMs: null, brokenSinceMs }
      this.#seenKinds.look(tunnel, result)
    } catch (error) {
      // the link broke or the app is closing: without an answer the evidence just gets older
      this.#log.debug('a check gave no answer', { tunnel: tunnel.id, error })
    }
  }

  #canBeAsked({ id, reach, relayTunnel, view, change }: ListedTunnel): boolean {
    if (change !== null) return false
    if (reach === 'laptop' && this.#forwards.state(id) === null) return false
    return relayTunnel.enabled && (view.link.state === 'online' || this.#isDirect(id))
  }

  /** What has come directly needs no server. */
  #isDirect(tunnelId: string): boolean {
    return this.#forwards.way(tunnelId)?.way === 'direct'
  }

  async #ask(tunnel: ListedTunnel, signal: AbortSignal): Promise<CheckResult> {
    const { server, lab, relayTunnel, kind, reach, port, entrance, isWished, view } = tunnel
    const isDirect = this.#isDirect(tunnel.id)
    const host = server.relay?.host ?? ''
    const [seen, told] = await Promise.all([
      reach === 'laptop'
        ? visitPrivately(
            (options) => this.#forwards.visit(tunnel.id, options),
            { kind, entrance },
            { signal },
          )
        : tunnelModes[relayTunnel.mode].port === 'udp'
          ? unasked
          : visit({ host, port, kind, entrance }, { signal }),
      view.link.state === 'online'
        ? this.#relays.api(server.id).tunnels.probe({ id: relayTunnel.id }, { signal })
        : null,
    ])
    const probe = isDirect ? knownDirectly(seen, told, relayTunnel.id) : told
    // it has fallen silent meanwhile, and the server cannot say more
    if (!probe) throw new Error('nothing answers while the server is away')
    const isShut = seen.port.state === 'silent' || seen.port.state === 'unreachable'
    const portCause = isShut ? await this.#hostLook.causeOf(server, port) : null
    const target = relayTunnel.settings.folder ?? relayTunnel.target
    // both the target and that it was refused are the server's word: only what the person has asked for can be let in
    const lettingIn = () =>
      takesSetting(relayTunnel.mode, 'folder')
        ? sharingOf(tunnel, listTunnels(this.#storage, this.#relays))
        : wideningFor(lab, target)
    const widening = isWished ? lettingIn() : null
    const checked = {
      kind,
      port,
      target,
      server: server.name,
      serverId: server.id,
      lab: lab.name,
      portCause,
      widening,
    }
    return { ...judge(checked, seen, probe, this.#clock.now()), isDirect: probe !== told }
  }
}

/** The server need not be there when the lab box has answered past it: by the service, or by saying that it does not reach it. */
function knownDirectly(
  { port }: ServiceVisit,
  told: ProbeResult | null,
  tunnelId: number,
): ProbeResult | null {
  if (port.state === 'accepted') return withoutServer(told, tunnelId)
  const isRefused = port.state === 'failed' && port.failure.code.startsWith('target-')
  return told === null && isRefused ? refusedDirectly(withoutServer(null, tunnelId), port.failure) : told
}

const unasked: ServiceVisit = { port: { state: 'unasked' }, service: null }

function circumstancesOf(
  { relayTunnel, client, lab, view, kind, reach, port, entrance, isWished }: ListedTunnel,
  forward: ReturnType<LocalForwards['state']>,
): string {
  const { enabled, target, status } = relayTunnel
  const online = view.link.state === 'online' ? view.link.sinceMs : null
  const agent = client?.agent
  const { state, sinceMs } = agent ?? {}
  return JSON.stringify([
    enabled,
    reach,
    forward,
    port,
    target,
    isWished,
    lab.allowTarget,
    entrance,
    status.state,
    kind,
    online,
    state,
    sinceMs,
  ])
}

/** The same fault at the same stop continues; a different one begins now. */
function brokenSince(before: Evidence, result: CheckResult): number | null {
  const faultOf = (one: CheckResult | null): string | null => {
    const failed = one?.stops.find((stop) => stop.state === 'failed')
    return failed ? `${failed.name} ${failed.failure?.code}` : null
  }
  const fault = faultOf(result)
  if (fault === null) return null
  return fault === faultOf(before.result) ? (before.brokenSinceMs ?? result.atMs) : result.atMs
}
