import type { Duplex } from 'node:stream'
import type { HostPort } from '@nps-desktop/relay-core/address'
import { withDeadline } from '@nps-desktop/relay-core/async'
import { RelayError, type RelayErrorCode } from '@nps-desktop/relay-core/api'
import type { Log } from '@nps-desktop/relay-core/log'
import { Secret } from '@nps-desktop/relay-core/secret'
import { PrivateVisitor } from '@nps-desktop/relay-core/visitor'
import { AppError } from '../failures/app-error.ts'
import { bridgeAddress } from '../relays/bridge-address.ts'
import { keysOfMove, parseMoveCode } from './move-code.ts'
import { maxSealedBytes, unreadable, unseal } from './sealed-file.ts'
import { receivedMark } from './sealed-giver.ts'

/** 700,000 bytes take 15 s at 0.4 Mbit/s; the rest is for finding the server and the other laptop. */
const receiveTimeoutMs = 45_000
/** The thanks have to reach the server before the connection is closed. */
const thanksTimeoutMs = 5_000

/**
 * Fetches what the other laptop gives for its code, sealed as in a file, and what opens it. Rejects with `code-mistyped`, `code-unknown`,
 * `code-server-unreachable`, `code-giver-gone`, what the server says otherwise, or as `unseal` does.
 */
export async function receiveByCode(
  text: string,
  { signal, log }: { signal: AbortSignal; log: Log },
): Promise<{ file: Buffer; passphrase: string }> {
  const { place, secret } = parseMoveCode(text)
  const { password, request, passphrase } = keysOfMove(secret)
  const visitor = new PrivateVisitor({
    server: bridgeAddress({ host: place.host, bridgePort: place.port }),
    password: new Secret(password),
    name: 'another laptop',
    direct: 'no',
    log,
  })
  const deadline = { signal, timeoutMs: receiveTimeoutMs, onTimeout: () => giverGone(place) }
  try {
    const { stream, file } = await withDeadline(deadline, async (both) => {
      const opened = await visitor.open({ signal: both })
      // its end is told by 'close'
      opened.on('error', () => undefined)
      opened.write(request)
      return { stream: opened, file: await readFile(opened, place, both) }
    })
    await unseal(file, passphrase)
    await thank(stream)
    return { file, passphrase }
  } catch (error) {
    throw asSeenByCode(error, place)
  } finally {
    await visitor.close()
  }
}

/** All until the stream ends. Rejects with `code-giver-gone` when it breaks off, `export-unreadable` when it is too much. */
async function readFile(stream: Duplex, place: HostPort, signal: AbortSignal): Promise<Buffer> {
  const onAbort = (): void => void stream.destroy()
  signal.addEventListener('abort', onAbort)
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length
      if (length > maxSealedBytes) throw unreadable('it is larger than any file of the app')
      parts.push(part)
    }
  } catch (error) {
    throw error instanceof AppError ? error : giverGone(place, error)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  if (length === 0) throw giverGone(place)
  return Buffer.concat(parts)
}

/** Says that the data is here and opens. Never rejects: it is here all the same. */
async function thank(stream: Duplex): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  stream.end(Buffer.of(receivedMark))
  const deadline = { timeoutMs: thanksTimeoutMs, onTimeout: () => new Error('no answer to the thanks') }
  await withDeadline(deadline, (signal) => {
    signal.addEventListener('abort', () => stream.destroy())
    return closed
  }).catch(() => undefined)
}

/** The tunnel of the code is not there. */
const unknown: readonly RelayErrorCode[] = [
  'wrong-password',
  'expired',
  'tunnel-stopped',
  'client-disabled',
  'not-found',
]
const gone: readonly RelayErrorCode[] = [
  'agent-offline',
  'agent-silent',
  'agent-replaced',
  'target-refused',
  'target-timeout',
  'target-unreachable',
]
const unreachable: readonly RelayErrorCode[] = [
  'relay-unreachable',
  'handshake-timeout',
  'version-unsupported',
]

function asSeenByCode(error: unknown, place: HostPort): unknown {
  if (!(error instanceof RelayError)) return error
  const { code } = error
  const params = { host: place.host, port: place.port }
  const options = { cause: error }
  if (unknown.includes(code))
    return new AppError('code-unknown', `No laptop waits for this code at ${place.host}.`, params, options)
  if (unreachable.includes(code))
    return new AppError(
      'code-server-unreachable',
      `No server of this kind answers at ${place.host}:${place.port}.`,
      params,
      options,
    )
  return gone.includes(code) ? giverGone(place, error) : error
}

function giverGone({ host, port }: HostPort, cause?: unknown): AppError {
  return new AppError('code-giver-gone', 'The other laptop has left.', { host, port }, { cause })
}
