import { listenersOfWindows, windowsListenersScript } from '@nps-desktop/relay-core/agent'
import { windowsServicesScript } from '../labs/windows-services.ts'
import { WindowsShell } from '../ssh/shell/windows-shell.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { type LookAnswer, parseLook } from './look-answer.ts'
import { lookOfListening } from './look-of-listening.ts'

/** Should Windows not list its sockets, what leaves files is told all the same. */
const script = `${windowsServicesScript}
try {${windowsListenersScript}} catch { }`

/** What listens on a machine with Windows, and what the programs there leave in files. Rejects as `WindowsShell.run` does. */
export async function lookAtWindows(
  session: SshSession,
  { signal }: { signal: AbortSignal },
): Promise<LookAnswer> {
  const { stdout } = await new WindowsShell(session).run(script, { signal })
  const question = { account: '', policy: () => true }
  const listening = listenersOfWindows({ sockets: stdout, processes: stdout }, question)
  const { running } = parseLook(stdout)
  if (listening) return { ...lookOfListening(listening), running }
  return { ...lookOfListening({ home: '', listeners: [], others: [] }), hasLooked: false, running }
}
