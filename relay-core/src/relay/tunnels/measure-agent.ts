import type { Duplex } from 'node:stream'
import { measureRate, measureRoundTrips } from '../../async/measured-rate.ts'
import { withDeadline } from '../../async/wait/with-deadline.ts'
import { RelayError } from '../../api/errors.ts'
import type { LegMeasurement } from '../../api/path-models.ts'
import { resetStream } from '../../net/stream/splice.ts'
import type { AgentSession } from '../../session/agent-session.ts'

/** What one leg may cost: 2 MiB each way, at most a second each. */
const rate = { chunkBytes: 32_768, maxBytes: 2 * 1024 * 1024, maxMs: 500 }
const roundTrips = 8
const timeoutMs = 4_000

/** Measures the way from the relay to the agent. Rejects as `openMeasure` does, or with `agent-silent`. */
export function measureAgent(
  session: AgentSession,
  { signal }: { signal: AbortSignal },
): Promise<LegMeasurement> {
  const onTimeout = () =>
    new RelayError(
      'agent-silent',
      `The lab box did not answer the measurement within ${timeoutMs / 1_000} s.`,
    )
  return withDeadline({ signal, timeoutMs, onTimeout }, async (inTime) => {
    const stream = await session.openMeasure({ signal: inTime })
    // An agent that takes the stream and then says nothing must not be waited for: its requests fail with the stream.
    const giveUp = () => resetStream(stream)
    inTime.addEventListener('abort', giveUp, { once: true })
    try {
      const requests = new MeasureRequests(stream)
      const trips = await measureRoundTrips(roundTrips, () => requests.echo())
      const down = await measureRate({ ...rate, move: () => requests.give(rate.chunkBytes), signal: inTime })
      // Answers come in their order: only once the rest of one direction is through can the other be measured.
      await requests.echo()
      const up = await measureRate({ ...rate, move: () => requests.take(rate.chunkBytes), signal: inTime })
      return { ...trips, downBytesPerSecond: down, upBytesPerSecond: up }
    } finally {
      inTime.removeEventListener('abort', giveUp)
      resetStream(stream)
    }
  })
}

const what = { echo: 0, take: 1, give: 2 } as const
const payload = Buffer.alloc(rate.chunkBytes)

/** The relay's side of a measurement: requests, and the answers in their order. Bytes that were not asked for end it. */
class MeasureRequests {
  readonly #stream: Duplex
  readonly #waiting: { bytesLeft: number; resolve: () => void; reject: (error: unknown) => void }[] = []
  #failure: Error | undefined

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.#take(chunk.length))
    stream.on('error', (error) => this.#fail(error))
    stream.on('close', () => this.#fail(new Error('closed')))
    stream.on('end', () => this.#fail(new Error('ended')))
  }

  /** The agent answers at once. */
  echo(): Promise<void> {
    return this.#ask(what.echo, 0, 1)
  }

  /** The agent takes bytes, and says when it has them. */
  take(bytes: number): Promise<void> {
    return this.#ask(what.take, bytes, 1)
  }

  /** The agent gives bytes. */
  give(bytes: number): Promise<void> {
    return this.#ask(what.give, bytes, bytes)
  }

  #ask(asked: number, bytes: number, answerBytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // One that was given up may fail later.
    promise.catch(() => undefined)
    if (this.#failure) {
      reject(this.#failure)
      return promise
    }
    this.#waiting.push({ bytesLeft: answerBytes, resolve, reject })
    const head = Buffer.alloc(5)
    head.writeUInt8(asked, 0)
    head.writeUInt32BE(bytes, 1)
    this.#stream.write(asked === what.take ? Buffer.concat([head, payload.subarray(0, bytes)]) : head)
    return promise
  }

  #take(length: number): void {
    let rest = length
    while (rest > 0) {
      const [first] = this.#waiting
      if (!first) return this.#fail(new Error('it sends what was not asked for'))
      const taken = Math.min(rest, first.bytesLeft)
      first.bytesLeft -= taken
      rest -= taken
      if (first.bytesLeft > 0) return
      this.#waiting.shift()
      first.resolve()
    }
  }

  #fail(cause: Error): void {
    this.#failure ??= new RelayError(
      'agent-silent',
      `The lab box broke the measurement off (${cause.message}).`,
    )
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
    resetStream(this.#stream)
  }
}
