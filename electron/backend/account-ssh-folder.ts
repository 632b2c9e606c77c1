import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

/** `~/.ssh` as ssh finds it: by the account's home, whatever HOME says. */
export function accountSshFolder(): string {
  return join(accountHome(), '.ssh')
}

function accountHome(): string {
  try {
    return userInfo().homedir
  } catch {
    // an account without an entry of its own, as some containers have
    return homedir()
  }
}
