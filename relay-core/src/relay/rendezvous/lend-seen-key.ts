import { RelayError } from '../../api/errors.ts'
import type { SeenKey } from '../../api/relay-status-models.ts'
import { changes } from '../../async/signals/changes.ts'
import { Signal } from '../../async/signals/signal.ts'
import type { SeenKeys } from './seen-keys.ts'

/**
 * A key for the UDP ports that answer, told once and taken back when the signal fires.
 *
 * @throws RelayError `not-possible-here` where no port answers
 */
export function lendSeenKey(
  keys: SeenKeys,
  ports: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SeenKey, void, void> {
  if (ports.length === 0)
    throw new RelayError('not-possible-here', 'Other programs have the UDP ports for direct links.')
  return lend(keys, ports, signal)
}

async function* lend(
  keys: SeenKeys,
  ports: readonly number[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SeenKey, void, void> {
  using issued = keys.issue()
  if (!issued) throw new RelayError('limit-reached', 'The relay has as many direct links as it can have.')
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const told = { id: hex(issued.id), key: hex(issued.key), ports: [...ports] }
  // A call of the API that lasts is a feed; this one has nothing more to tell.
  for await (const _ of changes(new Signal(), { signal })) yield told
}
