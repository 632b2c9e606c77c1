import type { WindowsShell } from './windows-shell.ts'
import { unexpectedAnswer } from './remote-shell.ts'

const script = `
$me = [Security.Principal.WindowsIdentity]::GetCurrent()
$role = [Security.Principal.WindowsBuiltInRole]::Administrator
"$((New-Object Security.Principal.WindowsPrincipal $me).IsInRole($role)) $($me.Name)"`

/** Who signed in: sshd gives administrators all their rights at once, so there is nothing to ask a password for. */
export async function windowsIdentity(
  shell: WindowsShell,
  { signal }: { signal: AbortSignal },
): Promise<{ as: 'root' | 'user'; how: 'signed-in'; user: string }> {
  const text = await shell.output(script, { signal })
  const [, isAdministrator, user = ''] = /^(True|False) (.+)\n$/.exec(text) ?? []
  if (isAdministrator === undefined) throw unexpectedAnswer(shell.session.address.host, 'its account', text)
  return { as: isAdministrator === 'True' ? 'root' : 'user', how: 'signed-in', user }
}
