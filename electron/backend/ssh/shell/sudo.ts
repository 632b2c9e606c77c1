import { Secret } from '@nps-desktop/relay-core/secret'
import { AppError } from '../../failures/app-error.ts'
import { type Elevation, RemoteShell } from './remote-shell.ts'
import type { SshSession } from '../ssh-session.ts'

/**
 * Finds how this account becomes root with sudo. `passwords` are tried in order: what the person gave for sudo, then the
 * password of the sign-in, which the machine knows already.
 * Throws `sudo-missing`, `sudo-password-needed`, `sudo-password-rejected`.
 */
export async function findSudo(
  session: SshSession,
  passwords: readonly string[],
  { signal }: { signal: AbortSignal },
): Promise<Elevation> {
  const { host, user } = session.address
  // -k: an earlier sudo of this account must not make it look as if no password were needed.
  const plain = new RemoteShell(session)
  const { exitCode } = await plain.run(
    `command -v sudo >/dev/null 2>&1 || exit ${noSudoExitCode}; sudo -k -n /bin/sh -c : >/dev/null 2>&1 </dev/null`,
    { signal },
  )
  if (exitCode === noSudoExitCode) throw missing(host, user, 'sudo is not installed')
  if (exitCode === 0) return { kind: 'sudo', password: null }
  let rejected = false
  for (const password of passwords) {
    const elevation: Elevation = { kind: 'sudo', password: new Secret(password) }
    const attempt = await new RemoteShell(session, elevation).run('id -u', { signal })
    if (attempt.exitCode === 0 && attempt.stdout.trim() === '0') return elevation
    const said = attempt.stderr
    if (/not in the sudoers|not allowed|may not run/i.test(said))
      throw missing(host, user, 'the account may not use it')
    if (/must have a tty|no tty present/i.test(said))
      throw missing(host, user, 'sudo insists on a terminal (requiretty)')
    rejected = true
  }
  if (rejected) {
    throw new AppError(
      'sudo-password-rejected',
      `sudo on ${host} did not accept the password. The sign-in itself worked; sudo may have its own password, or ${user} may not be allowed to use it.`,
      { host, user },
      { fixes: [{ action: 'enter-sudo-password' }, { action: 'install-without-root' }] },
    )
  }
  throw new AppError(
    'sudo-password-needed',
    `sudo on ${host} asks for the password of ${user}.`,
    { host, user },
    { fixes: [{ action: 'enter-sudo-password' }, { action: 'install-without-root' }] },
  )
}

/** No code of sudo's own. */
const noSudoExitCode = 96

function missing(host: string, user: string, reason: string): AppError {
  return new AppError(
    'sudo-missing',
    `${user} cannot become root on ${host}: ${reason}.`,
    { host, user, reason },
    { fixes: [{ action: 'install-without-root' }, { action: 'edit-address' }] },
  )
}
