import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { SeenKey } from '../../api/relay-status-models.ts'
import { systemClock, type Clock } from '../../async/time/clock.ts'
import { untilSettled } from '../../async/wait/until-settled.ts'
import { resolveHost } from '../../net/dial/resolve-host.ts'
import { plainAddress } from '../../net/address/plain-address.ts'
import { openPunchSocket } from './punch-socket.ts'
import { decodeSeenAnswer, encodeSeenRequest, seenNonceLength } from './seen-packets.ts'

/** When the question is asked; packets get lost. */
const askAtMs = [0, 200, 600, 1_200] as const
/** Longer than a link waits for the same answer: here a slow one counts too. */
const answerTimeoutMs = 2_000

/**
 * Asks a relay at each of its UDP ports at which address it sees this computer. Fulfils with the time of each port that has
 * answered, in ms: only the relay can, for its answer proves the key. Rejects with the signal's reason, or where the name
 * of the host is not known.
 */
export async function answeringPorts(
  host: string,
  { ports, ...hex }: SeenKey,
  {
    signal,
    timeoutMs = answerTimeoutMs,
    clock = systemClock,
  }: { signal: AbortSignal; timeoutMs?: number; clock?: Clock },
): Promise<ReadonlyMap<number, number>> {
  const [address = host] = await resolveHost(host, { signal })
  const relay = plainAddress(address)
  const [id, key] = [Buffer.from(hex.id, 'hex'), Buffer.from(hex.key, 'hex')]
  const found = new Map<number, number>()
  const socket = await openPunchSocket(isIP(address) === 6 ? 6 : 4)
  if (!socket) return found
  using opened = new DisposableStack()
  opened.defer(() => socket.close())
  const nonces = new Map(ports.map((port) => [port, randomBytes(seenNonceLength)]))
  const startedMs = performance.now()
  return await untilSettled<ReadonlyMap<number, number>>(
    (resolve) => {
      const waiting = new DisposableStack()
      socket.onDatagram = (datagram, from) => {
        const nonce = from.address === relay ? nonces.get(from.port) : undefined
        if (!nonce || found.has(from.port) || !decodeSeenAnswer(datagram, nonce, key)) return
        found.set(from.port, Math.round((performance.now() - startedMs) * 10) / 10)
        if (found.size === ports.length) resolve(found)
      }
      const ask = () => {
        for (const [port, nonce] of nonces)
          if (!found.has(port)) socket.send(encodeSeenRequest({ id, nonce }, key), { address: relay, port })
      }
      for (const atMs of askAtMs) waiting.use(clock.after(atMs, ask))
      waiting.use(clock.after(timeoutMs, () => resolve(found)))
      return () => waiting.dispose()
    },
    { signal },
  )
}
