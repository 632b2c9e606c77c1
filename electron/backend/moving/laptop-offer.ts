import { Agent } from '@nps-desktop/relay-core/agent'
import { untilTrue, withDeadline } from '@nps-desktop/relay-core/async'
import { RelayError, type RelayErrorCode } from '@nps-desktop/relay-core/api'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import { allowedTargets } from '@nps-desktop/relay-core/config'
import type { Log } from '@nps-desktop/relay-core/log'
import { Secret } from '@nps-desktop/relay-core/secret'
import { AppError } from '../failures/app-error.ts'
import { bridgeAddress } from '../relays/bridge-address.ts'
import type { RelayRecord } from '../storage/records.ts'
import type { MoveKeys } from './move-code.ts'
import type { PassingClients } from './passing-clients.ts'
import { SealedGiver } from './sealed-giver.ts'

/** How long a code is good. */
export const offerMs = 10 * 60_000
/** The server has just answered, and takes an agent in within a second. */
const onlineTimeoutMs = 15_000

interface OfferOptions {
  readonly relay: RelayRecord
  readonly serverId: string
  readonly api: RelayClient
  /** Sealed by `keys.passphrase`. */
  readonly file: Buffer
  readonly keys: Pick<MoveKeys, 'password' | 'request'>
  readonly passing: PassingClients
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * The data of this laptop behind a private tunnel of a server: a client that is there for some minutes, its agent in this program, and
 * one target, the giver on loopback. The server gets to nothing else of this laptop.
 */
export class LaptopOffer {
  readonly giver: SealedGiver
  readonly agent: Agent
  readonly #release: () => Promise<void>

  private constructor(parts: { giver: SealedGiver; agent: Agent; release: () => Promise<void> }) {
    this.giver = parts.giver
    this.agent = parts.agent
    this.#release = parts.release
  }

  /** Fulfils when the other laptop can come. What a failed start has opened is closed again. Rejects with what the relay says. */
  static async open(options: OfferOptions): Promise<LaptopOffer> {
    const { relay, serverId, api, file, keys, passing, log, signal } = options
    const server = bridgeAddress(relay)
    await using opened = new AsyncDisposableStack()
    const giver = opened.adopt(await SealedGiver.open({ file, request: keys.request, log }), (part) =>
      part.close(),
    )
    const target = `127.0.0.1:${giver.port}`
    const { id, client } = await passing.make(api, { serverId, signal })
    opened.defer(() => passing.release(id))
    const settings = { password: keys.password }
    // by the server's clock, which may differ from ours
    const limits = { expiresAtMs: client.createdAtMs + offerMs }
    const tunnel = { clientId: client.id, name: "The app's data, sealed", mode: 'private', target } as const
    await api.tunnels.add({ ...tunnel, settings, limits }, { signal })
    const agent = opened.adopt(
      new Agent({
        server,
        vkey: new Secret(client.vkey),
        fingerprint: relay.fingerprint,
        direct: 'no',
        discover: false,
        dialPolicy: allowedTargets(target),
        log,
      }),
      (part) => part.close(),
    )
    agent.start()
    await untilOnline(agent, signal)
    const parts = opened.move()
    return new LaptopOffer({ giver, agent, release: () => parts.disposeAsync() })
  }

  /** Ends its connections and removes what it made on the server, now or later. Never rejects. Idempotent. */
  close(): Promise<void> {
    return this.#release()
  }
}

async function untilOnline(agent: Agent, signal: AbortSignal): Promise<void> {
  const deadline = {
    signal,
    timeoutMs: onlineTimeoutMs,
    onTimeout: () => new RelayError('timeout', 'The server did not take this laptop in.'),
  }
  await withDeadline(deadline, (both) =>
    untilTrue(
      (look) => agent.onChange(look),
      () => agent.state.state === 'online' || turnedAway(agent) !== null,
      { signal: both },
    ),
  )
  const refusal = turnedAway(agent)
  if (refusal) throw refusal
}

/** The server lets this laptop in no more: somebody has removed or paused it there. */
const refusals: readonly RelayErrorCode[] = ['wrong-key', 'client-disabled', 'not-found', 'agent-replaced']

/** Why an agent will not be online again; null while it is, or may be: a link that is merely lost comes back by itself. */
export function turnedAway({ state }: Agent): Error | null {
  if (state.state !== 'failed' && state.state !== 'waiting') return null
  const { code, message } = state.reason
  if (refusals.includes(code)) return new AppError('code-withdrawn', message, {})
  return state.state === 'failed' ? new RelayError(code, message) : null
}
