import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import { untilEvent } from '../async/wait/until-event.ts'
import { withDeadline } from '../async/wait/with-deadline.ts'
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
export function connectApi({
  host,
  port,
  adminKey,
  fingerprint: known,
  signal,
}: ConnectApiOptions): Promise<ApiConnection> {
  const tooSlow = (cause?: unknown) =>
    new RelayError(
      'timeout',
      `${host}:${port} did not answer within ${connectTimeoutMs / 1000} s. Is the port open in the firewall?`,
      { host, port },
      { cause },
    )
  return withDeadline({ signal, timeoutMs: connectTimeoutMs, onTimeout: tooSlow }, async (signal) => {
    let socket: TLSSocket | undefined
    try {
      // No ticket is kept: each connection proves the relay's key again.
      socket = await connectTls({
        host,
        port,
        renew: true,
        timeoutMs: connectTimeoutMs,
        signal,
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
      const proof = adminProof(adminKey, socket)
      const webSocket = await upgrade(socket, { host, port, proof, signal })
      return holdConnection(webSocket, fingerprint)
    } catch (error) {
      socket?.destroy()
      if (error instanceof RelayError) throw error
      if ((error as NodeJS.ErrnoException).code === 'ETIMEDOUT') throw tooSlow(error)
      const reason = error instanceof Error ? error.message : String(error)
      throw new RelayError(
        'relay-unreachable',
        `No relay answers at ${host}:${port}: ${reason}.`,
        { host, port, reason },
        { cause: error },
      )
    }
  })
}

interface UpgradeOptions {
  host: string
  port: number
  proof: string
  signal: AbortSignal
}

async function upgrade(socket: TLSSocket, { host, port, proof, signal }: UpgradeOptions): Promise<WebSocket> {
  const webSocket = new WebSocket('ws://relay/api', {
    createConnection: () => socket,
    headers: { authorization: `${adminScheme} ${proof}` },
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  })
  // One that is given up emits an error, which nobody else hears.
  const ignore = () => undefined
  webSocket.on('error', ignore)
  try {
    await untilEvent(
      webSocket,
      {
        open: () => undefined,
        'unexpected-response': (_request: unknown, { statusCode }: IncomingMessage) => {
          throw refusal(statusCode ?? 0, host, port)
        },
      },
      { signal },
    )
    webSocket.off('error', ignore)
    return webSocket
  } catch (error) {
    webSocket.terminate()
    throw error
  }
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
