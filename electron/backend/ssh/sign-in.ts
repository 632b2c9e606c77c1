import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { SshSecret } from '@nps-desktop/electron/contract'
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2'
import { AppError } from '../app-error.ts'

export type UsableSecret = Exclude<SshSecret, { kind: 'stored' }>

/** One way to prove who one is, in the server's words (RFC 4252). */
export interface SignInMethod {
  readonly name: 'password' | 'keyboard-interactive' | 'publickey'
  readonly auth: AnyAuthMethod
}

/**
 * Turns a secret into what ssh2 tries, in order. Reads the key's file or finds the agent.
 * Throws `key-unreadable`, `key-passphrase-needed`, `agent-unavailable`.
 */
export async function signInMethods(user: string, secret: UsableSecret): Promise<SignInMethod[]> {
  switch (secret.kind) {
    case 'password':
      return [
        { name: 'password', auth: { type: 'password', username: user, password: secret.password } },
        {
          name: 'keyboard-interactive',
          auth: {
            type: 'keyboard-interactive',
            username: user,
            // PAM asks for the password as a question; whatever asks for more (a second factor) is answered empty and refuses.
            prompt: (_name, _instructions, _language, prompts, finish) =>
              finish(
                prompts.map((prompt, index) => (index === 0 && prompt.echo !== true ? secret.password : '')),
              ),
          },
        },
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

/** `key` is the text of a private key, or the path of its file. */
async function readKey(key: string, passphrase: string | undefined): Promise<ParsedKey> {
  const isText = /-----BEGIN |PuTTY-User-Key-File/.test(key)
  const file = isText ? '' : key.trim().replace(/^~(?=[/\\])/, homedir())
  const label = isText ? 'the pasted key' : file
  const unreadable = (reason: string, cause?: unknown): AppError =>
    new AppError(
      'key-unreadable',
      `${label} cannot be used as a private key: ${reason}.`,
      { file, reason },
      {
        cause,
        fixes: [{ action: 'enter-secret' }],
      },
    )
  let text = key
  if (!isText) {
    try {
      text = await readFile(join(file), 'utf8')
    } catch (error) {
      throw unreadable((error as NodeJS.ErrnoException).code ?? String(error), error)
    }
  }
  const parsed = ssh2.utils.parseKey(text, passphrase === '' ? undefined : passphrase)
  if (!(parsed instanceof Error)) {
    const one = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed
    if (one === undefined || !one.isPrivateKey()) throw unreadable('it is a public key')
    return one
  }
  if (/passphrase|decrypt|integrity/i.test(parsed.message)) {
    const given = passphrase !== undefined && passphrase !== ''
    throw new AppError(
      'key-passphrase-needed',
      given ? `The passphrase does not open ${label}.` : `${label} is locked by a passphrase.`,
      { file, given: given ? 1 : 0 },
      { cause: parsed, fixes: [{ action: 'enter-secret' }] },
    )
  }
  throw unreadable(parsed.message, parsed)
}
