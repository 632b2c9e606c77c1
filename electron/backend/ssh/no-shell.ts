import type { SshAddress } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'

/**
 * The sign-in worked, and then no shell came: the machine says why in words of its own. Those of the images of cloud
 * providers ("Please login as the user "ubuntu" rather than the user "root"."), of nologin and of PAM are known.
 */
export function noShell({ host, user }: SshAddress, text: string): AppError {
  const said = machineWords(text)
  const other = /please log ?in as the (?:user )?["'‘“]?([\w.-]+)["'’”]?/i.exec(said)?.[1]
  if (other !== undefined) {
    return new AppError(
      'login-other-user',
      `${host} lets nobody work as ${user}; it wants ${other}. It said: ${said}`,
      { host, user, other, said },
      { fixes: [{ action: 'edit-address' }] },
    )
  }
  if (/password (?:has )?expired|password change required|required to change your password/i.test(said)) {
    return new AppError(
      'password-expired',
      `The password of ${user} on ${host} has expired; it has to be changed there first. It said: ${said}`,
      { host, user, said },
      { fixes: [{ action: 'copy', text: `ssh ${user}@${host}` }, { action: 'retry' }] },
    )
  }
  return new AppError(
    'shell-refused',
    `${host} lets ${user} sign in, but gives no shell: ${said === '' ? 'it said nothing' : said}`,
    { host, user, ...(said === '' ? {} : { said }) },
    { fixes: [{ action: 'edit-address' }] },
  )
}

/** At most 300 printable characters of what a machine said, on one line. */
export function machineWords(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 300)
}
