import type { Terminal } from '@nps-desktop/electron/contract'

/** Its shell goes on without its tab, as far as can be known: `login` may end it with the account's last login. */
export function isKept({ keeper }: Terminal): boolean {
  return keeper === 'tmux' || keeper === 'login'
}
