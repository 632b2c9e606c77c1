import type { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import { RelayError } from '../api/errors.ts'
import type { Secret } from '../secret.ts'
import { adminProof, adminScheme } from './admin-key.ts'
import { connectTls } from '../net/dial/connect.ts'
import { isSameFingerprint, peerFingerprint } from '../net/tls/fingerprint.ts'
import { holdConnection, type ApiConnection } from './api-connection.ts'

export interface ConnectApiOptions {
  readonly host: string
  /** The bridge's port. */
  readonly port: number
  readonly adminKey: Secret
  /** Without it any key is taken: the caller looks at `fingerprint` of the answer and pins it. */
  readonly fingerprint?: string | undefined
  readonly signal: AbortSignal
}

const connectTimeoutMs = 10_000
/** Some 20,000 tunnels in one list; a relay that sends more would fill the caller's memory. */
const maxMessageBytes = 16 * 1024 * 1024

/**
 * Connects to a relay's API through its bridge. The admin key does not cross the wire: it is proved for this
 * connection alone, after the relay has proved its own key.
 *
 * @throws RelayError `relay-unreachable`, `timeout`, `fingerprint-changed` (nothing has been sent then),
 * `wrong-admin-key` or `too-many-connections`; the signal's reason when it fires
 */
export async function connectApi({
  host,
  port,
  adminKey,
  fingerprint: known,
  signal,
}: ConnectApiOptions): Promise<ApiConnection> {
  const deadline = AbortSignal.timeout(connectTimeoutMs)
  const either = AbortSignal.any([signal, deadline])
  let socket: TLSSocket | undefined
  try {
    // No ticket is kept: each connection proves the relay's key again.
    socket = await connectTls({
      host,
      port,
      renew: true,
      timeoutMs: connectTimeoutMs,
      signal: either,
      tickets: {},
    })
    const fingerprint = peerFingerprint(socket)
    if (fingerprint === undefined) throw new Error('the server proved no key')
    if (known !== undefined && !isSameFingerprint(known, fingerprint)) {
      throw new RelayError(
        'fingerprint-changed',
        `The relay at ${host}:${port} proved the key ${fingerprint}, but ${known} is the one that is known. ` +
          'Someone may be in between, or the relay was set up from scratch.',
        { host, port, expected: known, actual: fingerprint },
      )
    }
    const webSocket = await upgrade(socket, {
      host,
      port,
      proof: adminProof(adminKey, socket),
      signal: either,
    })
    return holdConnection(webSocket, fingerprint)
  } catch (error) {
    socket?.destroy()
    signal.throwIfAborted()
    if (error instanceof RelayError) throw error
    if (deadline.aborted || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT') {
      throw new RelayError(
        'timeout',
        `${host}:${port} did not answer within ${connectTimeoutMs / 1000} s. Is the port open in the firewall?`,
        { host, port },
        { cause: error },
      )
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw new RelayError(
      'relay-unreachable',
      `No relay answers at ${host}:${port}: ${reason}.`,
      { host, port, reason },
      { cause: error },
    )
  }
}

interface UpgradeOptions {
  host: string
  port: number
  proof: string
  signal: AbortSignal
}

function upgrade(socket: TLSSocket, { host, port, proof, signal }: UpgradeOptions): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket('ws://relay/api', {
      createConnection: () => socket,
      headers: { authorization: `${adminScheme} ${proof}` },
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
    })
    const stop = () => webSocket.terminate()
    signal.addEventListener('abort', stop, { once: true })
    webSocket.once('open', () => {
      signal.removeEventListener('abort', stop)
      webSocket.off('error', reject)
      resolve(webSocket)
    })
    webSocket.on('error', reject)
    webSocket.once('unexpected-response', (_request, { statusCode }) => {
      reject(refusal(statusCode ?? 0, host, port))
      webSocket.terminate()
    })
  })
}

function refusal(status: number, host: string, port: number): Error {
  if (status === 401) {
    return new RelayError(
      'wrong-admin-key',
      `The relay at ${host}:${port} refused the admin key. Run "nps connect" on the server and paste its line again.`,
      { host, port },
    )
  }
  if (status === 429 || status === 503) {
    return new RelayError(
      'too-many-connections',
      `The relay at ${host}:${port} is busy. Try again in a minute.`,
      {
        host,
        port,
      },
    )
  }
  return new Error(`it answered with HTTP status ${status}`)
}
