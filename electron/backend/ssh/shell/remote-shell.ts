import { randomBytes } from 'node:crypto'
import type { Secret } from '@nps-desktop/relay-core/secret'
import { AppError } from '../../failures/app-error.ts'
import { FramedAnswer, framedCommand } from '../commands/framed-answer.ts'
import { noShell } from '../no-shell.ts'
import type { SshSession } from '../ssh-session.ts'

/** As whom a script runs: the account that signed in, or root by sudo. `password` null: sudo asks for none. */
export type Elevation =
  | { readonly kind: 'none' }
  | { readonly kind: 'sudo'; readonly password: Secret | null }

export interface RunOptions {
  /** Read by the script as its stdin. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Default 30 s. */
  readonly timeoutMs?: number
  readonly signal: AbortSignal
}

export interface ExecResult {
  /** Null: a signal ended it, or the machine did not say. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const defaultTimeoutMs = 30_000

/**
 * Runs POSIX sh scripts on a machine. The script travels on stdin, in front of its own input: so it is not seen in the
 * process list, and the account's login shell (csh, fish) need not understand it. Nothing secret may stand in a script;
 * give it as stdin. What the account's shell itself prints is never taken for the script's answer.
 */
export class RemoteShell {
  readonly session: SshSession
  readonly elevation: Elevation

  constructor(session: SshSession, elevation: Elevation = { kind: 'none' }) {
    this.session = session
    this.elevation = elevation
  }

  get isRoot(): boolean {
    return this.elevation.kind === 'sudo'
  }

  /**
   * The outcome, whatever the exit code. Rejects as `SshSession.exec` does, and with `login-other-user`,
   * `password-expired` or `shell-refused` where the account gets no shell. An outcome that sudo has refused has no
   * stdout, and sudo's words as stderr.
   */
  async run(
    script: string,
    { stdin = '', timeoutMs = defaultTimeoutMs, signal }: RunOptions,
  ): Promise<ExecResult> {
    const nonce = randomBytes(12).toString('hex')
    const text = Buffer.from(`LC_ALL=C; export LC_ALL\n${script}\n`, 'utf8')
    // The nonce proves that sudo took the password line: were it left over, it would otherwise become part of the input.
    const lines: Buffer[] = [Buffer.from(`${nonce}\n`), text]
    let command = framedCommand(nonce, text.length, notAskedExitCode)
    if (this.elevation.kind === 'sudo') {
      const { password } = this.elevation
      command = `sudo ${password ? "-k -S -p ''" : '-n'} ${command}`
      if (password) lines.unshift(Buffer.from(`${password.reveal()}\n`))
    }
    const answer = new FramedAnswer(nonce)
    const input = joined(Buffer.concat(lines), stdin)
    const exitCode = await this.session.exec(command, { stdin: input, answer, timeoutMs, signal })
    const { stdout, stderr } = answer
    if (answer.hasBegun) {
      // without the end mark something ended the script; a code of 0 would say that it did its work
      const ended = answer.exitCode ?? (exitCode === 0 ? null : exitCode)
      return { exitCode: ended, stdout: stdout.text, stderr: stderr.text }
    }
    if (this.isRoot && exitCode !== 0 && exitCode !== null)
      return { exitCode, stdout: '', stderr: stderr.text }
    throw noShell(this.session.address, `${stdout.text}\n${stderr.text}`)
  }

  /** Standard output of a script that must succeed; otherwise throws `RemoteCommandFailed`. */
  async output(script: string, options: RunOptions): Promise<string> {
    const result = await this.run(script, options)
    if (result.exitCode !== 0) throw new RemoteCommandFailed(result)
    return result.stdout
  }
}

/** A script on the machine ended with another code than 0. Steps turn it into a failure that says what it means. */
export class RemoteCommandFailed extends Error {
  readonly result: ExecResult

  constructor(result: ExecResult) {
    const said = (result.stderr.trim() || result.stdout.trim())
      .split('\n')
      .slice(-3)
      .join(' · ')
      .slice(0, 400)
    super(said === '' ? `a command ended with code ${result.exitCode ?? 'unknown'}` : said)
    this.name = 'RemoteCommandFailed'
    this.result = result
  }
}

/** sudo did not read the password line; never used by what scripts call. */
const notAskedExitCode = 97

async function* joined(head: Uint8Array, rest: NonNullable<RunOptions['stdin']>): AsyncIterable<Uint8Array> {
  yield head
  if (typeof rest === 'string') yield Buffer.from(rest, 'utf8')
  else if (rest instanceof Uint8Array) yield rest
  else yield* rest
}

/** What a machine said that is no answer any of our scripts gives. */
export function unexpectedAnswer(host: string, what: string, text: string): AppError {
  return new AppError(
    'internal',
    `${host} gave an answer about ${what} that this app does not understand: ${text.slice(0, 200)}`,
    {},
  )
}
