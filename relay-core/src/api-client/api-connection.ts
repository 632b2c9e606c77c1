import type { WebSocket } from 'ws'
import { every } from '../async/time/every.ts'
import { createRelayClient, type RelayClient } from './relay-client.ts'

const pingIntervalMs = 3_000
/** Two answers may be missing; then the relay counts as gone, within 10 s as everywhere. */
const silenceTimeoutMs = 9_000

/** An open connection to a relay's API. */
export interface ApiConnection {
  readonly client: RelayClient
  /** The key the relay has proved, `sha256:…`; empty over the control socket of this machine. */
  readonly fingerprint: string
  /** Settles when the connection has ended, whoever ended it. */
  readonly closed: Promise<{ reason: string }>
  /** Idempotent. */
  close(): void
}

/** Watches over an open WebSocket: a relay that no longer answers is noticed within 10 s. */
export function holdConnection(socket: WebSocket, fingerprint: string): ApiConnection {
  let reason = 'the relay closed the connection'
  let heardAtMs = performance.now()
  const pinging = every(pingIntervalMs, () => {
    if (performance.now() - heardAtMs > silenceTimeoutMs) {
      reason = 'the relay no longer answers'
      socket.terminate()
    } else socket.ping()
  })
  const heard = () => (heardAtMs = performance.now())
  socket.on('pong', heard).on('message', heard)
  socket.on('error', (error) => (reason = error.message))
  const closed = new Promise<{ reason: string }>((resolve) => {
    socket.once('close', () => {
      pinging[Symbol.dispose]()
      resolve({ reason })
    })
  })
  return {
    client: createRelayClient(socket),
    fingerprint,
    closed,
    close: () => {
      if (socket.readyState === socket.CLOSED) return
      reason = 'closed here'
      socket.terminate()
    },
  }
}
