import type { SshSecret } from '@nps-desktop/electron/contract'
import type { AnyAuthMethod } from 'ssh2'
import { AppError } from '../failures/app-error.ts'
import { readKey } from './keys/private-key.ts'

export type UsableSecret = Exclude<SshSecret, { kind: 'stored' }>

/** One way to prove who one is, in the server's words (RFC 4252). */
export interface SignInMethod {
  readonly name: 'password' | 'keyboard-interactive' | 'publickey'
  readonly auth: AnyAuthMethod
}

/** What the machine said and asked during one sign-in, for the words of a failure. */
export interface SignInTalk {
  /** Its own words, in order. */
  readonly said: string[]
  /** A question that no password answers, such as for the code of a second factor. */
  unanswered: string | null
  /** It wants a new password before anything else. */
  wantsNewPassword: boolean
}

/**
 * Turns a secret into what ssh2 tries, in order. Reads the key's file or finds the agent.
 * Throws `key-unreadable`, `key-is-public`, `key-passphrase-needed`, `agent-unavailable`.
 */
export async function signInMethods(
  user: string,
  secret: UsableSecret,
  talk: SignInTalk,
): Promise<SignInMethod[]> {
  switch (secret.kind) {
    case 'password':
      return [
        { name: 'password', auth: { type: 'password', username: user, password: secret.password } },
        {
          name: 'keyboard-interactive',
          auth: {
            type: 'keyboard-interactive',
            username: user,
            prompt: (_name, instructions, _language, prompts, finish) =>
              finish(answersTo(instructions, prompts, secret.password, talk)),
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

/**
 * PAM asks for the password as a question without echo; the words are the machine's. One question alone is for it
 * whatever its words, unless they speak of something else. What is asked beside it (a code) stays without an answer.
 */
function answersTo(
  instructions: string,
  prompts: readonly { readonly prompt: string; readonly echo?: boolean }[],
  password: string,
  talk: SignInTalk,
): string[] {
  if (instructions.trim() !== '') talk.said.push(instructions)
  return prompts.map(({ prompt, echo }) => {
    if (/new\s.*password|retype|新.*密码/i.test(prompt)) {
      talk.wantsNewPassword = true
      talk.said.push(prompt)
      return ''
    }
    const isPassword = /password|passwort|mot de passe|密码|口令/i.test(prompt)
    const isCode = /verif|code|one.?time|otp|token|factor|duo|passcode|pin\b|yubikey|动态|验证/i.test(prompt)
    if (!isCode && echo !== true && (isPassword || prompts.length === 1)) return password
    talk.unanswered ??= prompt
    return ''
  })
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
