import type { Duplex } from 'node:stream'
import type { SshAddress } from '@nps-desktop/electron/contract'
import ssh2, { type ConnectConfig } from 'ssh2'
import { describeHostKey, hostKeyAlgorithms, type SeenHostKey } from '../keys/host-key.ts'
import { signInTimeoutMs } from '../open-session.ts'
import { cancelled, handshakeFailure, sessionLost } from '../ssh-errors.ts'

/**
 * The host key that proves itself at the other end of `socket`: runs the key exchange and leaves before any sign-in,
 * so neither a name nor a secret is sent. `pinnedAlgorithm` asks for that kind first.
 */
export function inspectHostKey(
  socket: Duplex,
  address: { readonly host: string; readonly port: number },
  { pinnedAlgorithm, signal }: { pinnedAlgorithm: string | undefined; signal: AbortSignal },
): Promise<SeenHostKey> {
  const nameless: SshAddress = { ...address, user: '' }
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let seen: SeenHostKey | undefined
    const settle = (outcome: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      client.removeAllListeners()
      client.on('error', () => undefined)
      client.destroy()
      outcome()
    }
    const onAbort = (): void => settle(() => reject(cancelled()))
    client.on('error', (error) => settle(() => reject(handshakeFailure(error, nameless, null))))
    client.once('close', () => settle(() => reject(sessionLost(nameless))))
    // After this event the server has signed the exchange with the key it showed.
    client.once('handshake', () => settle(() => (seen ? resolve(seen) : reject(sessionLost(nameless)))))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) return onAbort()
    client.connect({
      sock: socket as NonNullable<ConnectConfig['sock']>,
      readyTimeout: signInTimeoutMs,
      algorithms: { serverHostKey: hostKeyAlgorithms(pinnedAlgorithm) },
      // ssh2 wants a name at hand; it is not sent, since the sign-in never begins.
      username: 'nobody',
      hostVerifier: (blob: Buffer) => {
        seen = describeHostKey(blob)
        return true
      },
      authHandler: () => undefined,
    })
  })
}
