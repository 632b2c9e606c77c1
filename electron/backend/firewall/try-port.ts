import { connect } from 'node:net'
import { untilEvent } from '@nps-desktop/relay-core/async'
import type { PortTry } from '@nps-desktop/electron/contract'

/**
 * What came back from a port: `accepted`, `refused` (a reset: the way is open, nobody listens), `prohibited` (an ICMP
 * message from a firewall), `silent` within the deadline.
 */
export type PortAnswer = PortTry['answer']

/** One connection attempt from this computer, closed at once. Never rejects; a cancelled one is `silent`. */
export async function tryPort(
  host: string,
  port: number,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<{ answer: PortAnswer; ms: number }> {
  const started = performance.now()
  const socket = connect({ host, port })
  const answer = await untilEvent<PortAnswer>(
    socket,
    { connect: () => 'accepted', error: (error: NodeJS.ErrnoException) => answerOf(error.code) },
    { signal, timeoutMs, onTimeout: () => new Error('silent') },
  ).catch((): PortAnswer => 'silent')
  const ms = Math.round((performance.now() - started) * 10) / 10
  // late errors of a socket that is being thrown away
  socket.on('error', () => undefined)
  if (answer === 'accepted') socket.resetAndDestroy()
  else socket.destroy()
  return { answer, ms }
}

function answerOf(code: string | undefined): PortAnswer {
  switch (code) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return 'refused'
    // Linux turns "administratively prohibited" into EHOSTUNREACH, a local reject into EACCES or EPERM.
    case 'EHOSTUNREACH':
    case 'EACCES':
    case 'EPERM':
      return 'prohibited'
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return 'no-network'
    default:
      return 'silent'
  }
}
