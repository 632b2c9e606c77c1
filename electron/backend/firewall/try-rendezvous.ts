import { answeringPorts, type RelayClient } from '@nps-desktop/relay-core/api-client'
import type { Log } from '@nps-desktop/relay-core/log'

/** The relay's UDP ports, as they answer this computer. */
export interface RendezvousAnswer {
  readonly ports: readonly number[]
  /** The time of each that has answered, in ms. */
  readonly answered: ReadonlyMap<number, number>
}

/** For the key: the relay is asked over a link that stands, or is tried once. The ports themselves have 2 s. */
const keyTimeoutMs = 15_000

/**
 * Asks the relay by UDP at which address it sees this computer, with a key of its own: so an answer proves the way there and
 * back. Null where that cannot be asked: the relay is older, does not offer it, is not reached or says nothing. Rejects with the
 * signal's reason alone.
 */
export async function tryRendezvous(
  reach: (signal: AbortSignal) => Promise<RelayClient>,
  host: string,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<RendezvousAnswer | null> {
  try {
    const withinTime = AbortSignal.any([signal, AbortSignal.timeout(keyTimeoutMs)])
    const api = await reach(withinTime)
    // the key is good for as long as the feed is followed
    for await (const key of await api.status.seenKey({}, { signal: withinTime }))
      return { ports: key.ports, answered: await answeringPorts(host, key, { signal }) }
  } catch (error) {
    signal.throwIfAborted()
    log.debug('the UDP ports of a server could not be asked', { host, error })
  }
  return null
}
