import { RelayError } from '../../api/errors.ts'
import type { Listening } from '../../api/listening.ts'
import { until } from '../../async/wait/until.ts'
import type { KindServer } from '../../native/carriers/serve-carrier.ts'

/**
 * Answers with what listens on this machine, and ends the stream. Who asks meanwhile is given the same answer: reading it again would be a load.
 * `read`: null where this system does not tell.
 */
export function listeningServer(read: (() => Promise<Listening | null>) | null): KindServer {
  let reading: Promise<Listening | null> | undefined
  return async (_open, { signal }) => {
    if (!read)
      throw new RelayError(
        'target-denied',
        'The owner of the lab box does not let npc tell what runs there (-discover=false).',
      )
    reading ??= read().finally(() => (reading = undefined))
    // A process can have whoever reads of it wait for ever: no question outlives its stream, and no second look begins beside one that hangs.
    const listening = await until(reading, { signal })
    if (!listening)
      throw new RelayError('target-missing', 'The lab box does not tell npc what listens there.')
    const document = Buffer.from(JSON.stringify(listening))
    return {
      join: (stream) => {
        stream.on('error', () => undefined)
        stream.resume()
        stream.end(document)
      },
      abandon: () => undefined,
    }
  }
}
