import { measureRate, measureRoundTrips, until, type Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { maxMeasureBytes, RelayError, type LegMeasurement } from '@nps-desktop/relay-core/api'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import type { DirectLeg, PathLeg, PathLegName, PathTest } from '@nps-desktop/electron/contract'
import { pathLegNames } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { failureOfError } from '../failures/failure-of-error.ts'
import type { LocalForwards } from '../forwards/local-forwards.ts'
import { listedTunnel } from '../known-tunnels/list-tunnels.ts'
import { isUnknownCall } from '../failures/is-unknown-call.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import { slowLeg } from './slow-leg.ts'

/** What the leg to the server may cost; nps sees to the one behind it. */
const rate = { chunkBytes: maxMeasureBytes / 2, maxBytes: 1_500_000, maxMs: 500 }
const roundTrips = 6
/** A leg that is not measured by then is not known. */
const timeoutMs = 6_000
/** A server that is away is dialled once more first. */
const reachTimeoutMs = 30_000

/** The call of `pathTest`. Legs are measured one after the other, so that none is slowed down by another. */
export class PathTestCalls {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #forwards: Pick<LocalForwards, 'measureDirect'>
  readonly #clock: Clock
  readonly #log: Log
  readonly #running = new Map<string, Promise<PathTest>>()

  constructor(options: {
    storage: Storage
    relays: Relays
    forwards: Pick<LocalForwards, 'measureDirect'>
    clock: Clock
    log: Log
  }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#forwards = options.forwards
    this.#clock = options.clock
    this.#log = options.log
  }

  /** One test for all who ask meanwhile: it goes on without whoever has left. */
  async run({ tunnelId }: { tunnelId: string }, { signal }: { signal: AbortSignal }): Promise<PathTest> {
    let test = this.#running.get(tunnelId)
    if (!test) {
      test = this.#test(tunnelId).finally(() => this.#running.delete(tunnelId))
      this.#running.set(tunnelId, test)
    }
    return await until(test, { signal })
  }

  async #test(tunnelId: string): Promise<PathTest> {
    const { server, lab, relayTunnel } = listedTunnel(this.#storage, this.#relays, tunnelId)
    const direct = await this.#measureDirect(tunnelId)
    let api: RelayClient
    try {
      api = await this.#relays.reach(server.id, { signal: AbortSignal.timeout(reachTimeoutMs) })
    } catch (error) {
      if (!direct) throw error
      // What goes past the server is worth knowing without it.
      const failure = failureOfError(error)
      const legs = pathLegNames.map((leg) => ({ leg, measured: null, failure }))
      return { atMs: this.#clock.now(), legs, direct, slow: null }
    }
    const id = relayTunnel.id
    const inTime = AbortSignal.timeout(timeoutMs)
    const ends = { server, lab }
    const legs = [
      await legOf('server', () => measureServer(api, inTime), ends),
      await legOf('lab', () => api.tunnels.measure({ id }, { signal: inTime }), ends),
      await legOf('service', () => measureService(api, id, inTime), ends),
    ]
    return { atMs: this.#clock.now(), legs, direct, slow: slowLeg(legs) }
  }

  async #measureDirect(tunnelId: string): Promise<DirectLeg | null> {
    try {
      const measured = await this.#forwards.measureDirect(tunnelId)
      return measured && { measured }
    } catch (error) {
      this.#log.debug('a direct way was not measured', { tunnel: tunnelId, error })
      return { measured: null }
    }
  }
}

interface PathEnds {
  readonly server: { readonly id: string; readonly name: string }
  readonly lab: { readonly name: string }
}

async function legOf(
  leg: PathLegName,
  measure: () => Promise<LegMeasurement>,
  ends: PathEnds,
): Promise<PathLeg> {
  try {
    return { leg, measured: await measure(), failure: null }
  } catch (error) {
    return { leg, measured: null, failure: failureOfError(causeOf(error, leg, ends)) }
  }
}

function causeOf(error: unknown, leg: PathLegName, { server, lab }: PathEnds): unknown {
  const update = (program: 'nps' | 'npc') => ({
    fixes: [{ action: 'update' as const, program, serverId: server.id }],
  })
  if (isUnknownCall(error)) {
    const message = `The nps on ${server.name} is too old to measure the way. Update it.`
    return new AppError('nps-too-old', message, { server: server.name }, update('nps'))
  }
  if (leg === 'lab' && error instanceof RelayError && error.code === 'mode-unsupported') {
    const message = `The npc on ${lab.name} is too old to measure the way. Update it.`
    return new AppError('npc-too-old', message, { lab: lab.name }, update('npc'))
  }
  return isTimeout(error) ? tooSlow(server.name) : error
}

async function measureServer(api: RelayClient, signal: AbortSignal): Promise<LegMeasurement> {
  const payload = 'x'.repeat(rate.chunkBytes)
  const trips = await measureRoundTrips(roundTrips, () =>
    api.status.measure({ payload: '', giveBytes: 1 }, { signal }),
  )
  const down = await measureRate({
    ...rate,
    move: (options) => api.status.measure({ payload: '', giveBytes: rate.chunkBytes }, options),
    signal,
  })
  const up = await measureRate({
    ...rate,
    move: (options) => api.status.measure({ payload, giveBytes: 0 }, options),
    signal,
  })
  return { ...trips, downBytesPerSecond: down, upBytesPerSecond: up }
}

/** How long the service takes to accept, without the way to its lab box. */
async function measureService(api: RelayClient, id: number, signal: AbortSignal): Promise<LegMeasurement> {
  const { hops } = await api.tunnels.probe({ id }, { signal })
  const [agent, target] = (['agent', 'target'] as const).map((name) => hops.find(({ hop }) => hop === name))
  const failed = hops.find((hop) => hop.failure !== null)?.failure
  if (failed) throw new RelayError(failed.code, failed.message, failed.params)
  if (target?.ms === undefined || target.ms === null) {
    throw new AppError('mode-unsupported', 'What this tunnel leads to cannot be asked.', {})
  }
  const roundTripMs = Math.max(0, target.ms - (agent?.ms ?? 0))
  return { roundTripMs, variesMs: 0, downBytesPerSecond: null, upBytesPerSecond: null }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

function tooSlow(server: string): AppError {
  return new AppError('timeout', `It was not measured within ${timeoutMs / 1_000} s.`, { host: server })
}
