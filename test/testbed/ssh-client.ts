import { type CommandResult, tryCommand } from './run-command.ts'

/** Where and as whom to log in. */
export interface SshLogin {
  readonly host: string
  readonly port?: number
  readonly user: string
  /** Exactly one of the two. */
  readonly password?: string
  readonly keyFile?: string
  /** A host to go through first; it takes the same key file. */
  readonly jump?: { readonly host: string; readonly user: string; readonly keyFile: string }
}

/** What OpenSSH's client ends with when it could not connect or log in (its manual page). */
export const sshFailedExitCode = 255

/** Runs a command by the machine's real OpenSSH client, which shares no code with the product. */
export async function ssh(
  login: SshLogin,
  command: string,
  { timeoutMs = 30_000, connectTimeoutS = 5, ...options }: SshOptions = {},
): Promise<CommandResult> {
  const { host, port = 22, user, password, keyFile, jump } = login
  const base = [
    '-oStrictHostKeyChecking=no',
    '-oUserKnownHostsFile=/dev/null',
    '-oLogLevel=ERROR',
    `-oConnectTimeout=${connectTimeoutS}`,
    '-F',
    'none',
  ]
  const byKey = (file: string) => ['-i', file, '-oIdentitiesOnly=yes', '-oBatchMode=yes']
  const byPassword = ['-oPreferredAuthentications=password', '-oNumberOfPasswordPrompts=1']
  const through = jump
    ? [`-oProxyCommand=ssh ${[...base, ...byKey(jump.keyFile)].join(' ')} -W %h:%p ${jump.user}@${jump.host}`]
    : []
  const args = [...base, ...(keyFile ? byKey(keyFile) : byPassword), ...through, '-p', String(port)]
  const line = [...args, `${user}@${host}`, command]
  const env = { ...process.env, SSHPASS: password }
  return password === undefined
    ? await tryCommand('ssh', line, { timeoutMs, ...options })
    : await tryCommand('sshpass', ['-e', 'ssh', ...line], { timeoutMs, env, ...options })
}

export interface SshOptions {
  readonly timeoutMs?: number
  /** How long ssh waits for an answer of the host. */
  readonly connectTimeoutS?: number
  readonly input?: string
  readonly signal?: AbortSignal
}
