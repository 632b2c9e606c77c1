import type { MoveOffer } from '@nps-desktop/electron/contract'
import { type Clock, untilSettled } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import { LaptopOffer, offerMs, turnedAway } from './laptop-offer.ts'
import { formatMoveCode, keysOfMove, newMoveSecret } from './move-code.ts'
import { PassingClients } from './passing-clients.ts'

/** The calls of `moving` by a code, on the laptop that gives. Each code is good once, for ten minutes, and as long as somebody looks at it. */
export class LaptopOffers {
  readonly #storage: Storage
  readonly #relays: Relays
  readonly #clock: Clock
  readonly #log: Log
  readonly #pack: (input: { passphrase: string }) => Promise<{ file: string }>
  readonly #passing: PassingClients
  readonly #stop = new AbortController()
  readonly #open = new Set<Promise<unknown>>()

  constructor(options: {
    storage: Storage
    relays: Relays
    clock: Clock
    log: Log
    pack: (input: { passphrase: string }) => Promise<{ file: string }>
  }) {
    this.#storage = options.storage
    this.#relays = options.relays
    this.#clock = options.clock
    this.#log = options.log
    this.#pack = options.pack
    this.#passing = new PassingClients(options)
    this.#passing.start()
  }

  /** Ends what is offered. Fulfils when it is removed, or after some seconds. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the app is closing'))
    await Promise.allSettled(this.#open)
    await this.#passing.close()
  }

  /**
   * Tells the code, then how it ended; the code ends with the call. Rejects with what the server says, `export-too-large`, or with why this laptop
   * was turned away there.
   */
  async *offer(
    { serverId }: { serverId: string },
    options: { signal: AbortSignal },
  ): AsyncGenerator<MoveOffer, void, void> {
    const signal = AbortSignal.any([options.signal, this.#stop.signal])
    const ready = Promise.withResolvers<MoveOffer>()
    const ended = this.#run(serverId, { signal, onReady: ready.resolve })
    this.#open.add(ended)
    // asked for below; whoever leaves in between does not hear it
    ended.catch(() => undefined).finally(() => this.#open.delete(ended))
    const first = await Promise.race([ready.promise, ended])
    yield first
    if (first.state === 'waiting') yield await ended
  }

  async #run(
    serverId: string,
    { signal, onReady }: { signal: AbortSignal; onReady: (offer: MoveOffer) => void },
  ): Promise<MoveOffer> {
    const server = this.#storage.servers.get(serverId)
    const relay = server?.relay
    if (!relay) throw new AppError('not-found', 'This server is no longer there, or has no nps.', {})
    const secret = newMoveSecret()
    const keys = keysOfMove(secret)
    const { file } = await this.#pack({ passphrase: keys.passphrase })
    const api = await this.#relays.reach(serverId, { signal })
    // no later than the server's, which begins when the tunnel is made
    const untilMs = this.#clock.now() + offerMs
    const offer = await LaptopOffer.open({
      relay,
      serverId,
      api,
      file: Buffer.from(file, 'base64'),
      keys,
      passing: this.#passing,
      log: this.#log,
      signal,
    })
    try {
      const place = { host: relay.host, port: relay.bridgePort }
      onReady({
        state: 'waiting',
        code: formatMoveCode({ place, secret }),
        untilMs,
      })
      return { state: await this.#untilOver(offer, signal) }
    } finally {
      await offer.close()
    }
  }

  /** Rejects with why the agent has given up, or the signal's reason. */
  #untilOver({ agent, giver }: LaptopOffer, signal: AbortSignal): Promise<'taken' | 'expired'> {
    return untilSettled<'taken' | 'expired'>(
      (resolve, reject) => {
        const timer = this.#clock.after(offerMs, () => resolve('expired'))
        const subscription = agent.onChange(() => {
          const refusal = turnedAway(agent)
          if (refusal) reject(refusal)
        })
        void giver.taken.then(() => {
          this.#log.info('another laptop has taken the data of the app')
          resolve('taken')
        })
        return () => {
          timer[Symbol.dispose]()
          subscription[Symbol.dispose]()
        }
      },
      { signal },
    )
  }
}
