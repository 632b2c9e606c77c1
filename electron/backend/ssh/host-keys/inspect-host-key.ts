import type { Duplex } from 'node:stream'
import type { SshAddress } from '@nps-desktop/electron/contract'
import { untilEvent } from '@nps-desktop/relay-core/async'
import ssh2, { type ConnectConfig } from 'ssh2'
import { describeHostKey, hostKeyAlgorithms, type SeenHostKey } from '../keys/host-key.ts'
import { signInTimeoutMs } from '../open-session.ts'
import { cancelled, handshakeFailure, sessionLost } from '../ssh-errors.ts'

/**
 * The host key that proves itself at the other end of `socket`: runs the key exchange and leaves before any sign-in,
 * so neither a name nor a secret is sent. `pinnedAlgorithm` asks for that kind first.
 */
export async function inspectHostKey(
  socket: Duplex,
  address: { readonly host: string; readonly port: number },
  { pinnedAlgorithm, signal }: { pinnedAlgorithm: string | undefined; signal: AbortSignal },
): Promise<SeenHostKey> {
  if (signal.aborted) throw cancelled()
  const nameless: SshAddress = { ...address, user: '' }
  const client = new ssh2.Client()
  let seen: SeenHostKey | undefined
  const proved = untilEvent(
    client,
    {
      // After this event the server has signed the exchange with the key it showed.
      handshake: () => {
        if (seen) return seen
        throw sessionLost(nameless)
      },
      close: () => {
        throw sessionLost(nameless)
      },
      error: (error: Error) => {
        throw handshakeFailure(error, nameless, null)
      },
    },
    { signal },
  )
  try {
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
    return await proved
  } catch (error) {
    throw signal.aborted ? cancelled() : error
  } finally {
    client.removeAllListeners()
    client.on('error', () => undefined)
    client.destroy()
  }
}
