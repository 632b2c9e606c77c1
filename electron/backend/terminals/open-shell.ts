import { randomBytes } from 'node:crypto'
import { Duplex } from 'node:stream'
import { type Clock, systemClock, until } from '@nps-desktop/relay-core/async'
import type { SshAddress, TerminalSize } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { noShell } from '../ssh/no-shell.ts'
import { cancelled, sessionLost } from '../ssh/ssh-errors.ts'
import type { SshSession, SshTerminal } from '../ssh/ssh-session.ts'
import {
  type Keeping,
  ShellBeginning,
  shellCommand,
  type ShellOptions,
  takenExitCode,
} from './shell-command.ts'

/** Start-up files of an account on a machine under load take seconds. */
const beginTimeoutMs = 30_000
/** Of what was read, before there has to be room for it. */
const maxTakenBytes = 32 * 1024
/** Typed and not yet taken by the far side, in bytes: a paste of this size into a program that does not read. */
const maxPendingBytes = 1024 * 1024

export type ShellEnd =
  | { readonly why: 'exit' | 'taken'; readonly exitCode: number | null }
  | { readonly why: 'lost'; readonly error: AppError }

/** A shell on a terminal, from its first line to the end of its connection. */
export interface OpenShell {
  readonly keeping: Keeping
  /** Hands over what it prints, at the pace of `take`, until it ends. */
  pour(take: (text: string) => Promise<void>): Promise<ShellEnd>
  /** Fulfils when the far side has taken it, or will not any more. Rejects with `limit-reached`. */
  write(text: string): Promise<void>
  resize(size: TerminalSize): void
  /** Hangs up: what is kept goes on. */
  close(): void
}

/**
 * Opens a shell over the session. Rejects as `SshSession.terminal` does, with `ssh-timeout` where none comes, and with
 * `login-other-user`, `password-expired` or `shell-refused` where the account gets none.
 */
export async function openShell(
  session: SshSession,
  options: Omit<ShellOptions, 'nonce'>,
  { asks, clock = systemClock, signal }: { asks: boolean; clock?: Clock; signal: AbortSignal },
): Promise<OpenShell> {
  const nonce = randomBytes(12).toString('hex')
  // Windows' own shell keeps nothing, and has no /bin/sh
  const command = session.isWindows ? null : shellCommand({ ...options, nonce })
  const terminal = await session.terminal(command, options.size, { asks, signal })
  const shell = new ChannelShell(session.address, terminal)
  try {
    if (command !== null) {
      const wait = { signal, timeoutMs: beginTimeoutMs, onTimeout: () => tooSlow(session), clock }
      await until(shell.begin(new ShellBeginning(nonce)), wait)
    }
    return shell
  } catch (error) {
    shell.close()
    throw signal.aborted ? cancelled() : error
  }
}

class ChannelShell implements OpenShell {
  keeping: Keeping = 'nobody'
  readonly #address: SshAddress
  readonly #channel: SshTerminal['channel']
  readonly #connection: SshTerminal['connection']
  readonly #chunks: AsyncIterator<Buffer>
  readonly #decoder = new TextDecoder()
  /** Whoever waits for the channel; told when the far side has closed it, or this one has hung up. */
  readonly #waiting = new Set<() => void>()
  #isOver = false
  #first = ''
  #exit: { code: number | null } | null = null
  #pendingBytes = 0

  constructor(address: SshAddress, { channel, connection }: SshTerminal) {
    this.#address = address
    this.#channel = channel
    this.#connection = connection
    // the exit code comes after the last byte: the channel has to stay open until then
    this.#chunks = channel.iterator({ destroyOnReturn: false })
    channel.once('close', () => this.#end())
    channel.once('exit', (code: number | null) => (this.#exit = { code }))
    channel.on('error', () => undefined)
    // a terminal has one stream, and one that nobody reads would hold the channel
    channel.stderr.resume()
  }

  async begin(beginning: ShellBeginning): Promise<void> {
    for (;;) {
      const chunk = await this.#next()
      if (chunk === null) throw (await this.#lost()) ?? noShell(this.#address, beginning.said)
      const begun = beginning.push(this.#decoder.decode(chunk, { stream: true }))
      if (!begun) continue
      this.keeping = begun.keeping
      this.#first = begun.rest
      if (begun.waits) this.#channel.write('\n')
      return
    }
  }

  async pour(take: (text: string) => Promise<void>): Promise<ShellEnd> {
    if (this.#first !== '') await take(this.#first)
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
      for (let at = 0; at < chunk.length; at += maxTakenBytes)
        await take(this.#decoder.decode(chunk.subarray(at, at + maxTakenBytes), { stream: true }))
    }
    await this.#untilOver(() => undefined)
    const exit = this.#exit
    const error = exit ? null : await this.#lost()
    if (error) return { why: 'lost', error }
    const code = exit?.code ?? null
    if (this.keeping === 'nobody') return { why: 'exit', exitCode: code }
    return { why: code === takenExitCode ? 'taken' : 'exit', exitCode: null }
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8')
    if (this.#pendingBytes + bytes.length > maxPendingBytes) {
      throw new AppError(
        'limit-reached',
        `The shell on ${this.#address.host} does not read what is typed; ${maxPendingBytes} bytes wait for it.`,
        { limit: maxPendingBytes },
      )
    }
    this.#pendingBytes += bytes.length
    await this.#untilOver((taken) => void this.#channel.write(bytes, taken))
    this.#pendingBytes -= bytes.length
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#channel.setWindow(rows, cols, 0, 0)
  }

  close(): void {
    this.#end()
    this.#channel.close()
    // ssh2's own waits for the far side, and a connection that is dead tells of no end
    Duplex.prototype.destroy.call(this.#channel)
  }

  /** Until `start` calls back, or the channel is no more. */
  async #untilOver(start: (done: () => void) => void): Promise<void> {
    if (this.#isOver) return
    const waiting = Promise.withResolvers<void>()
    const done = (): void => waiting.resolve()
    this.#waiting.add(done)
    start(done)
    await waiting.promise
    this.#waiting.delete(done)
  }

  #end(): void {
    this.#isOver = true
    for (const done of this.#waiting) done()
  }

  /** Null at the end, however it came. */
  async #next(): Promise<Buffer | null> {
    try {
      const { done, value } = await this.#chunks.next()
      return done ? null : value
    } catch {
      // closed before its end: by this side, or with the connection
      return null
    }
  }

  /** Why the connection is gone; null while it is there. */
  async #lost(): Promise<AppError | null> {
    if (this.#connection.isOpen) return null
    return (await this.#connection.closed) ?? sessionLost(this.#address)
  }
}

function tooSlow({ address: { host, port } }: SshSession): AppError {
  const seconds = beginTimeoutMs / 1_000
  return new AppError('ssh-timeout', `${host} gave no shell within ${seconds} s.`, { host, port, seconds })
}
