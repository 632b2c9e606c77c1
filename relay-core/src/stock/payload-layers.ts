import type { Duplex } from 'node:stream'
import type { SecureContext, TLSSocket } from 'node:tls'
import { until } from '../async/wait/until.ts'
import { secureAsClient, secureAsServer } from '../net/tls/secure-stream.ts'
import { SecuredDuplex } from './secured-duplex.ts'
import { SnappyDuplex } from './snappy/snappy-duplex.ts'

/** How a stream's payload travels after the link info. TLS or snappy, never both: crypt wins. */
export interface PayloadLayers {
  readonly crypt: boolean
  readonly compress: boolean
}

/**
 * The relay's end of a stream: the opener is the TLS server. Fulfils, with crypt, once the agent has shaken hands,
 * which a stock agent does only after it has reached its target; without crypt at once.
 */
export async function layerAsRelay(
  stream: Duplex,
  { crypt, compress }: PayloadLayers,
  { secureContext, signal }: { secureContext: SecureContext; signal: AbortSignal },
): Promise<Duplex> {
  if (crypt) {
    const secured = secureAsServer(stream, { secureContext })
    return whenSecure(secured, 'secure', stream, signal)
  }
  return compress ? new SnappyDuplex(stream) : stream
}

/**
 * The agent's end. The relay's certificate is created at each of its starts and signed by nobody, so there is
 * nothing to check: this keeps out an eavesdropper, not an impostor.
 */
export async function layerAsAgent(
  stream: Duplex,
  { crypt, compress }: PayloadLayers,
  { signal }: { signal: AbortSignal },
): Promise<Duplex> {
  if (crypt) {
    return whenSecure(secureAsClient(stream, { rejectUnauthorized: false }), 'secureConnect', stream, signal)
  }
  return compress ? new SnappyDuplex(stream) : stream
}

async function whenSecure(
  secured: TLSSocket,
  event: 'secure' | 'secureConnect',
  stream: Duplex,
  signal: AbortSignal,
): Promise<SecuredDuplex> {
  // Whatever ends the stream underneath ends the wait, with the stream's own reason.
  const secure = Promise.withResolvers<void>()
  const onClose = () =>
    secure.reject(Object.assign(new Error('closed during the TLS handshake'), { code: 'ECONNRESET' }))
  stream.on('error', secure.reject).on('close', onClose)
  secured.on('error', secure.reject).once(event, () => secure.resolve())
  try {
    await until(secure.promise, { signal })
    return new SecuredDuplex(secured, stream)
  } catch (error) {
    stream.destroy()
    secured.destroy()
    throw error
  } finally {
    stream.off('close', onClose)
  }
}
