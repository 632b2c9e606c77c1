import { AppError } from '../failures/app-error.ts'
import { readKey } from './keys/private-key.ts'
import type { SignInMethod, UsableSecret } from './ssh-sign-in.ts'

/**
 * Turns a secret into what ssh2 tries, in order. Reads the key's file or finds the agent.
 * Throws `key-unreadable`, `key-is-public`, `key-passphrase-needed`, `agent-unavailable`.
 */
export async function signInMethods(user: string, secret: UsableSecret): Promise<SignInMethod[]> {
  switch (secret.kind) {
    case 'password':
      // Questions first, as OpenSSH does: where PAM wants a code as well, the plain password would be a failed try.
      return [
        { name: 'keyboard-interactive' },
        { name: 'password', auth: { type: 'password', username: user, password: secret.password } },
      ]
    case 'key': {
      const key = await readKey(secret.key, secret.passphrase)
      return [{ name: 'publickey', auth: { type: 'publickey', username: user, key } }]
    }
    case 'agent':
      return [{ name: 'publickey', auth: { type: 'agent', username: user, agent: agentPath() } }]
  }
}

function agentPath(): string {
  const path =
    process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : '')
  if (path === '') {
    throw new AppError(
      'agent-unavailable',
      'No ssh-agent runs for this session (SSH_AUTH_SOCK is not set).',
      {},
      {
        fixes: [{ action: 'enter-secret' }],
      },
    )
  }
  return path
}
