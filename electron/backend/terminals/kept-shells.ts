import { keptShell, type KeptShell } from '@nps-desktop/electron/contract'
import { printable } from '@nps-desktop/relay-core/api'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { findTmux, tmuxSocket } from './shell-command.ts'

/** Nobody keeps more; what is behind is not looked at. */
const maxKept = 50

const list = `${findTmux}; [ -n "$t" ] || exit 0
"$t" -u -L ${tmuxSocket} list-sessions -F '#{session_name} #{session_created} #{pane_current_command} #{pane_current_path}' 2>/dev/null
exit 0`

/** The shells that tmux keeps there for this app, with those that a tab shows. */
export async function listKept(
  session: SshSession,
  { signal }: { signal: AbortSignal },
): Promise<KeptShell[]> {
  if (session.isWindows) return []
  return parseKept(await new RemoteShell(session).output(list, { signal }))
}

/** Ends a shell with all that runs in it; one that is not there any more is ended. */
export async function endKept(
  session: SshSession,
  terminalId: string,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const end = `${findTmux}; [ -n "$t" ] && "$t" -L ${tmuxSocket} kill-session -t ${terminalId} 2>/dev/null; exit 0`
  await new RemoteShell(session).output(end, { signal })
}

/** Names of programs and folders are other people's words: what does not read as one of our lines is passed over. */
export function parseKept(text: string): KeptShell[] {
  return text
    .split('\n')
    .slice(0, maxKept)
    .flatMap((line) => {
      const [, id, seconds, command, folder] = /^(\S+) (\d{1,12}) (.*?) (\/.*)$/.exec(printable(line)) ?? []
      const kept = keptShell.safeParse({ id, startedAtMs: Number(seconds) * 1_000, command, folder })
      return kept.data ?? []
    })
}
