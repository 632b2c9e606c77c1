import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const timeoutMs = 5_000
/** TCP_LISTEN, and TCP_CLOSE, which is what an unconnected UDP socket is in (include/net/tcp_states.h). */
const waitingState = { tcp: '0A', udp: '07' } as const

/**
 * Fulfils when some process listens on the port of this network namespace, by the kernel's own tables (proc(5)): a
 * connection that asks would already be a visitor.
 */
export async function untilListening(port: number, transport: 'tcp' | 'udp'): Promise<void> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const signal = AbortSignal.timeout(timeoutMs)
  while (!isThere(wanted, transport)) {
    signal.throwIfAborted()
    await delay(10)
  }
}

function isThere(wanted: string, transport: 'tcp' | 'udp'): boolean {
  return [transport, `${transport}6`]
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1))
    .some((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/)
      return local.endsWith(wanted) && state === waitingState[transport]
    })
}
