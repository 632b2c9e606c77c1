import type { Duplex } from 'node:stream'

/** A direct way that has just been lost must not take the agent's time for long. */
const heardTimeoutMs = 2_000

type Open = (options: { signal: AbortSignal }) => Promise<Duplex>

export interface RacedWays {
  readonly direct: Open
  /** Fulfils once something has come back directly; never rejects. */
  readonly heard: Promise<unknown>
  readonly byRelay: Open
  readonly signal: AbortSignal
}

/**
 * Fulfils with the first stream of two: both ways are begun together, so that nobody waits longer than by the relay alone. The relay is left
 * as soon as something has come back directly, mostly before it has been asked for anything; the direct way when nothing has within 2 s. Rejects with
 * what the relay says, which knows more than the agent tells.
 */
export async function raceWays({ direct, heard, byRelay, signal }: RacedWays): Promise<Duplex> {
  const [directly, relayed] = [new AbortController(), new AbortController()]
  const timer = setTimeout(
    () => directly.abort(new Error('nothing was heard on the direct way')),
    heardTimeoutMs,
  )
  void heard.then(() => {
    clearTimeout(timer)
    relayed.abort(new Error('the direct way was sooner'))
  })
  const asked = {
    direct: direct({ signal: AbortSignal.any([signal, directly.signal]) }),
    relay: byRelay({ signal: AbortSignal.any([signal, relayed.signal]) }),
  }
  let first: Duplex | undefined
  const cross = (stream: Duplex, other: AbortController) => {
    first ??= stream
    if (first !== stream) stream.destroy()
    other.abort(new Error('the other way was sooner'))
    return stream
  }
  try {
    return await Promise.any([
      asked.direct.then((stream) => cross(stream, relayed)),
      asked.relay.then((stream) => cross(stream, directly)),
    ])
  } catch {
    signal.throwIfAborted()
    // It was left for a way that has come to nothing.
    if (relayed.signal.aborted) return await byRelay({ signal })
    return await asked.relay
  } finally {
    clearTimeout(timer)
  }
}
