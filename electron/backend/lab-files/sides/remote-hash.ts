import { shellWord } from '@nps-desktop/relay-core/api'
import { RemoteShell } from '../../ssh/shell/remote-shell.ts'
import type { SshSession } from '../../ssh/ssh-session.ts'

/** A slow disk of the network reads at least this much in a second. */
const slowestBytesPerSecond = 10_000_000
const minTimeoutMs = 30_000

/**
 * SHA-256 of the first bytes of a file of the lab box, counted there. Null where it cannot tell: an account without a shell, a machine
 * without the program, Windows, or one that takes too long. Rejects with `ssh-lost` and when called off.
 */
export async function remoteHash(
  session: SshSession,
  path: string,
  bytes: number,
  { signal }: { signal: AbortSignal },
): Promise<string | null> {
  if (session.isWindows) return null
  const script = [
    'if command -v sha256sum >/dev/null 2>&1; then s=sha256sum',
    'elif command -v shasum >/dev/null 2>&1; then s="shasum -a 256"; else exit 1; fi',
    `head -c ${bytes} < ${shellWord(path)} | $s`,
  ].join('\n')
  const timeoutMs = minTimeoutMs + (bytes / slowestBytesPerSecond) * 1000
  try {
    const said = await new RemoteShell(session).output(script, { timeoutMs, signal })
    return /^[\da-f]{64}(?= )/.exec(said)?.[0] ?? null
  } catch (error) {
    // it is asked for as a further proof; what is wrong with the way to the machine is told by the copy itself
    if (signal.aborted || !session.isOpen) throw error
    return null
  }
}
