import type { Duplex } from 'node:stream'
import { knownErrorCode, RelayError, type RelayErrorCode } from '../api/errors.ts'
import { untilSettled } from '../async/wait/until-settled.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
import { formatHostPort } from '../net/address/host-port.ts'
import type { OpeningStream, Target } from '../session/agent-session.ts'
import { WireError } from '../wire/bytes.ts'
import { frameType } from '../wire/frame.ts'
import { decodeFailed, decodeNumber, encodeOpen, type Open } from '../wire/stream-messages.ts'
import type { Carrier } from './carriers/carrier.ts'
import type { CarrierPool } from './carriers/carrier-pool.ts'
import { CarrierStream } from './carriers/carrier-stream.ts'

/** The agent has 10 s to reach the target (spec/wire.md), plus two for the round trip. */
const openTimeoutMs = 12_000

/** A carrier that died unnoticed costs a stream one more try, not its life. */
const maxOpenTries = 3

/** Where a stream leads to: OPEN without the stream's number and its visitor. */
type StreamRequest = Omit<Open, 'number' | 'visitor'>

export interface OpenStreamOptions {
  readonly signal: AbortSignal
  readonly visitor?: string
}

/** Opens a session's streams: OPEN on an idle carrier, until the agent has answered it. */
export class StreamOpenings {
  readonly #pool: CarrierPool
  readonly #takesEarlyData: boolean
  readonly #pending = new Map<Carrier, PendingStream>()

  /** `takesEarlyData`: a stream's first bytes may be sent before the agent has answered whether it has reached the target. */
  constructor(pool: CarrierPool, { takesEarlyData }: { takesEarlyData: boolean }) {
    this.#pool = pool
    this.#takesEarlyData = takesEarlyData
  }

  /** Fulfils once the agent has reached the target; rejects as `begin` says. */
  async open(request: StreamRequest, options: OpenStreamOptions): Promise<Duplex> {
    const { stream, opened } = this.begin(request, options)
    try {
      await opened
      return stream
    } catch (error) {
      stream.destroy()
      throw error
    }
  }

  /**
   * The stream takes bytes at once. `opened` rejects with the agent's `target-…`, `mode-unsupported` or `direct-declined`, with
   * `agent-silent`, or the signal's reason.
   */
  begin(request: StreamRequest, { signal, visitor = '' }: OpenStreamOptions): OpeningStream {
    const stream = new CarrierStream()
    const deadline = {
      signal,
      timeoutMs: openTimeoutMs,
      onTimeout: () => this.#silent(request, `no answer within ${openTimeoutMs / 1000} s`),
    }
    const opened = withDeadline(deadline, async (signal) => {
      for (let tries = 1; tries <= maxOpenTries; tries += 1) {
        const carrier = await this.#pool.take(signal)
        if (signal.aborted) {
          this.#pool.release(carrier)
          throw signal.reason
        }
        if (await this.#open(carrier, stream, { ...request, visitor }, signal)) return
        // What was sent ahead may have reached the target, which must not get it twice.
        if (carrier.hasSentEarly) break
      }
      throw this.#silent(request, 'its connections end as soon as they are used')
    })
    return { stream, opened }
  }

  /** False when the carrier was lost before the agent answered. */
  #open(
    carrier: Carrier,
    stream: CarrierStream,
    request: Omit<Open, 'number'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { host, port } = request
    return untilSettled<boolean>(
      (resolve, reject) => {
        const number = carrier.nextNumber()
        this.#pending.set(carrier, {
          number,
          opened: () => {
            if (this.#takesEarlyData) carrier.opened()
            else carrier.startStream(number, stream)
            resolve(true)
          },
          failed: (code, message) => {
            if (this.#takesEarlyData) carrier.refused()
            reject(new RelayError(code, message, { host, port }))
            this.#pool.release(carrier)
          },
          lost: () => resolve(false),
        })
        carrier.framed.send(encodeOpen({ number, ...request }))
        if (this.#takesEarlyData) carrier.ask(number, stream)
        return (isGivenUp) => {
          this.#pending.delete(carrier)
          // The agent is dialling: ending the carrier tells it to stop.
          if (isGivenUp) carrier.framed.destroy()
        }
      },
      { signal },
    )
  }

  /** The agent's answer; throws a WireError for anything else. */
  onMessage(carrier: Carrier, type: number, body: Uint8Array): void {
    const opening = this.#pending.get(carrier)
    if (!opening) throw new WireError(`frame of type ${type} on an idle carrier`)
    if (type === frameType.opened) {
      if (decodeNumber(body) !== opening.number) throw new WireError('OPENED for another stream')
      opening.opened()
    } else if (type === frameType.failed) {
      const failed = decodeFailed(body)
      if (failed.number !== opening.number) throw new WireError('FAILED for another stream')
      opening.failed(asTargetCode(failed.code), failed.message)
    } else {
      throw new WireError(`frame of type ${type} in answer to OPEN`)
    }
  }

  /** A carrier has ended: a stream that it was to open goes on to another one. */
  onLost(carrier: Carrier): void {
    this.#pending.get(carrier)?.lost()
  }

  #silent({ host, port }: Target, why: string): RelayError {
    const what = port === 0 ? host : formatHostPort({ host, port })
    return new RelayError('agent-silent', `The lab box did not open ${what}: ${why}.`, { host, port })
  }
}

interface PendingStream {
  readonly number: number
  opened(): void
  failed(code: RelayErrorCode, message: string): void
  lost(): void
}

/**
 * An agent may only report on its target, not know the kind of stream, or take part in no direct links; any other code of a newer
 * or hostile one means that the target was not reached.
 */
function asTargetCode(code: string): RelayErrorCode {
  return code === 'mode-unsupported' || code === 'direct-declined' || code.startsWith('target-')
    ? (knownErrorCode(code) ?? 'target-unreachable')
    : 'target-unreachable'
}
