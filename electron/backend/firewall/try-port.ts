import { connect } from 'node:net'
import type { PortTry } from '@nps-desktop/electron/contract'

/**
 * What came back from a port: `accepted`, `refused` (a reset: the way is open, nobody listens), `prohibited` (an ICMP
 * message from a firewall), `silent` within the deadline.
 */
export type PortAnswer = PortTry['answer']

/** One connection attempt from this computer, closed at once. Never rejects; a cancelled one is `silent`. */
export function tryPort(
  host: string,
  port: number,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<{ answer: PortAnswer; ms: number }> {
  return new Promise((resolve) => {
    const started = performance.now()
    const socket = connect({ host, port })
    const settle = (answer: PortAnswer): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', silent)
      socket.removeAllListeners()
      // late errors of a socket that is being thrown away
      socket.on('error', () => undefined)
      if (answer === 'accepted') socket.resetAndDestroy()
      else socket.destroy()
      resolve({ answer, ms: Math.round((performance.now() - started) * 10) / 10 })
    }
    const silent = (): void => settle('silent')
    const timer = setTimeout(silent, timeoutMs)
    signal.addEventListener('abort', silent)
    if (signal.aborted) return silent()
    socket.once('connect', () => settle('accepted'))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(answerOf(error.code)))
  })
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
