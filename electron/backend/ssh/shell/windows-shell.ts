import { randomBytes } from 'node:crypto'
import { FramedAnswer } from '../commands/framed-answer.ts'
import { noShell } from '../no-shell.ts'
import type { SshSession } from '../ssh-session.ts'
import { powershellCommand, powershellInput } from './powershell-command.ts'
import { type ExecResult, RemoteCommandFailed } from './remote-shell.ts'

interface RunOptions {
  /** The script has it as `$given`: for secrets, which must not stand in a script, since Windows may log those. */
  readonly given?: string
  /** Default 60 s: PowerShell alone takes seconds to start on a busy machine. */
  readonly timeoutMs?: number
  readonly signal: AbortSignal
}

const defaultTimeoutMs = 60_000

/**
 * Runs scripts of Windows PowerShell 5.1 on a machine with Microsoft's sshd, whichever shell its accounts have. What a
 * script writes to its output is the answer, each object a line; a thrown error ends it with code 1. Of programs that it
 * starts it has to take the output itself.
 */
export class WindowsShell {
  readonly session: SshSession

  constructor(session: SshSession) {
    this.session = session
  }

  /** The outcome, whatever the exit code. Rejects as `SshSession.exec` does, and as `RemoteShell.run` without a shell. */
  async run(
    script: string,
    { given = '', timeoutMs = defaultTimeoutMs, signal }: RunOptions,
  ): Promise<ExecResult> {
    const nonce = randomBytes(12).toString('hex')
    const answer = new FramedAnswer(nonce)
    const stdin = [powershellInput(nonce, script, given)]
    const ended = await this.session.exec(powershellCommand, { stdin, answer, timeoutMs, signal })
    const { stdout, stderr } = answer
    if (!answer.hasBegun) throw noShell(this.session.address, `${stdout.text}\n${stderr.text}`)
    const exitCode = answer.exitCode ?? (ended === 0 ? null : ended)
    return { exitCode, stdout: plain(stdout.text), stderr: plain(stderr.text) }
  }

  /** Standard output of a script that must succeed; otherwise throws `RemoteCommandFailed`. */
  async output(script: string, options: RunOptions): Promise<string> {
    const result = await this.run(script, options)
    if (result.exitCode !== 0) throw new RemoteCommandFailed(result)
    return result.stdout
  }
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n')
}
