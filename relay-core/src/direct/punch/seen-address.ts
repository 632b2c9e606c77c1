import { randomBytes } from 'node:crypto'
import { systemClock, type Clock } from '../../async/time/clock.ts'
import { untilSettled } from '../../async/wait/until-settled.ts'
import type { SeenFrom } from '../../wire/direct-messages.ts'
import type { UdpEndpoint } from './udp-endpoint.ts'
import type { PunchSocket } from './punch-socket.ts'
import { decodeSeenAnswer, encodeSeenRequest, seenNonceLength } from './seen-packets.ts'

/** When the question is asked; packets get lost. */
const askAtMs = [0, 100, 250, 450] as const
/** How long the relay may take to answer at all: a slow line takes half a second. */
const answerTimeoutMs = 700
/** How long after the first answer the other port's may take. */
const secondTimeoutMs = 150

export interface SeenAddress {
  /** Where the relay sees the socket. */
  readonly seen: UdpEndpoint
  /** Its two ports see it at different ones: the router gives each destination another port. */
  readonly hasPortPerPeer: boolean
}

/**
 * Asks the relay, at its two ports, where it sees the socket. Undefined when nothing answers in time: UDP is blocked, or
 * the relay answers no such questions. Rejects with the signal's reason.
 */
export function askSeenAddress(
  socket: PunchSocket,
  { id, key, port }: SeenFrom,
  {
    relay,
    signal,
    clock = systemClock,
  }: { /** The relay's address. */ relay: string; signal: AbortSignal; clock?: Clock },
): Promise<SeenAddress | undefined> {
  if (port === 0) return Promise.resolve(undefined)
  const ports = [port, port + 1].filter((one) => one < 65_536)
  const nonces = new Map(ports.map((one) => [one, randomBytes(seenNonceLength)]))
  const found = new Map<number, UdpEndpoint>()
  return untilSettled<SeenAddress | undefined>(
    (resolve) => {
      using timers = new DisposableStack()
      const tell = () => {
        const [first, ...others] = found.values()
        resolve(first && { seen: first, hasPortPerPeer: others.some((other) => other.port !== first.port) })
      }
      socket.onDatagram = (datagram, from) => {
        const nonce = from.address === relay ? nonces.get(from.port) : undefined
        const seen = nonce && decodeSeenAnswer(datagram, nonce, key)
        if (!seen || found.has(from.port)) return
        found.set(from.port, seen)
        if (found.size === ports.length) tell()
        else waiting.use(clock.after(secondTimeoutMs, tell))
      }
      const ask = () => {
        for (const [one, nonce] of nonces)
          if (!found.has(one))
            socket.send(encodeSeenRequest({ id, nonce }, key), { address: relay, port: one })
      }
      for (const atMs of askAtMs) timers.use(clock.after(atMs, ask))
      timers.use(clock.after(answerTimeoutMs, tell))
      const waiting = timers.move()
      return () => {
        socket.onDatagram = () => undefined
        waiting.dispose()
      }
    },
    { signal },
  )
}
