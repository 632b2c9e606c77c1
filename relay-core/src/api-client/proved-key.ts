import { connectTls } from '../net/dial/connect.ts'
import { peerFingerprint } from '../net/tls/fingerprint.ts'

export interface ProvedKeyOptions {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The fingerprint of the key that is proved at a port, `sha256:…`; undefined where none is proved in time. Never rejects. */
export async function provedKey(options: ProvedKeyOptions): Promise<string | undefined> {
  try {
    const socket = await connectTls({ ...options, tickets: {} })
    const fingerprint = peerFingerprint(socket)
    socket.destroy()
    return fingerprint
  } catch {
    return undefined
  }
}
