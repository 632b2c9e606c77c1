import { RelayError, type RelayErrorCode } from '../api/errors.ts'
import { resetStream } from '../net/stream/splice.ts'
import { endAfter } from './last-words.ts'
import type { ProxyClient } from './proxy-client.ts'
import { hearRequest, type SocksRules } from './socks-conversation.ts'
import {
  encodeReply,
  socksCommand,
  SocksError,
  socksReply,
  type SocksReply,
  type SocksRequest,
} from './socks-messages.ts'

/** From the connection to the whole request, password included. */
const requestTimeoutMs = 10_000

export interface Socks5Offer extends Pick<SocksRules, 'isAccount'> {
  /** Serves UDP ASSOCIATE until it is over; undefined: it is refused as unknown. Rejects with what to tell the client. */
  readonly associate?: (() => Promise<void>) | undefined
}

/** SOCKS5 (RFC 1928, with RFC 1929): the client names the target, and learns the outcome. Fulfils when it has gone; never rejects. */
export async function serveSocks5(client: ProxyClient, { isAccount, associate }: Socks5Offer): Promise<void> {
  const { stream, signal } = client
  // An error is always followed by `close`.
  stream.on('error', () => undefined)
  const gone = new AbortController()
  stream.once('close', () => gone.abort(new Error('the client has left')))
  const onAbort = () => resetStream(stream)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const here = AbortSignal.any([signal, gone.signal])
  try {
    const deadline = AbortSignal.timeout(requestTimeoutMs)
    const request = await hearRequest(stream, { isAccount, signal: AbortSignal.any([here, deadline]) })
    if (request.command === socksCommand.associate && associate) await associate()
    else await connect(request, client, here)
  } catch (error) {
    if (here.aborted || stream.destroyed) return
    client.onRefused(error)
    await endAfter(stream, lastWords(error))
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function connect(
  { command, host, port }: SocksRequest,
  { stream, reach, join }: ProxyClient,
  signal: AbortSignal,
): Promise<void> {
  if (command !== socksCommand.connect) {
    throw new SocksError(`command ${command} is not offered`, socksReply.unknownCommand)
  }
  if (port === 0) throw new SocksError('no port', socksReply.hostUnreachable)
  const target = await reach({ host, port }, { signal, confirmed: 'soon' })
  stream.write(encodeReply(socksReply.succeeded))
  await join(stream, target)
}

/** What has already been answered, such as a wrong password, needs no further answer. */
function lastWords(error: unknown): Uint8Array {
  if (error instanceof RelayError) return encodeReply(replies[error.code] ?? socksReply.failed)
  const reply = error instanceof SocksError ? error.reply : undefined
  return reply === undefined ? new Uint8Array() : encodeReply(reply)
}

const replies: Partial<Record<RelayErrorCode, SocksReply>> = {
  'target-refused': socksReply.refused,
  'target-timeout': socksReply.timedOut,
  'target-unreachable': socksReply.networkUnreachable,
  'target-unknown-host': socksReply.hostUnreachable,
  'target-denied': socksReply.notAllowed,
}
