import type { Duplex } from 'node:stream'
import { pause, until, withDeadline } from '@nps-desktop/relay-core/async'
import type { SshAddress, TerminalSize } from '@nps-desktop/electron/contract'
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2'
import { AppError } from '../failures/app-error.ts'
import type { FramedAnswer } from './framed-answer.ts'
import { machineWords } from './no-shell.ts'
import { cancelled, sessionLost } from './ssh-errors.ts'

export interface ExecOptions {
  /** What the command reads; its end is passed on. */
  readonly stdin: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** Takes what the command prints, and says when nothing more of it matters. */
  readonly answer: FramedAnswer
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

type OpenChannel = (done: (error: Error | undefined, channel: ClientChannel) => void) => void

/** What one command may print in all, the greetings of the account's shell included; more is a runaway. */
const maxOutputBytes = 4 * 1024 * 1024

/**
 * How long a server that opens no further channel is asked again: sshd counts a command that has ended until it has
 * noticed (MaxSessions in sshd_config may be 1), which takes a busy machine seconds.
 */
const refusedForMs = 20_000
/** A server that has not opened one yet is likely to open none. */
const refusedAtFirstForMs = 3_000
const askAgainMs = 50

/** One authenticated ssh connection, used for everything a job does on that machine. */
export class SshSession {
  readonly address: SshAddress
  /** Its sshd is Microsoft's: accounts there have cmd or PowerShell. */
  readonly isWindows: boolean
  /** Fulfils when the connection is gone, with the reason or null after `close()`. */
  readonly closed: Promise<AppError | null>
  readonly #client: Client
  /** Whoever waits for something of this connection; told when it is gone. */
  readonly #waiting = new Set<(lost: AppError) => void>()
  #lost: AppError | null = null
  #isClosed = false
  /** The server has refused a second command beside a running one: from then on they wait for each other. */
  #oneAtATime = false
  #running = 0
  #hasOpened = false
  #lastTurn: Promise<unknown> = Promise.resolve()

  /** `client` is ready; from now on its events belong to the session. */
  constructor(address: SshAddress, client: Client, { isWindows = false } = {}) {
    this.address = address
    this.isWindows = isWindows
    this.#client = client
    this.closed = new Promise((resolve) => {
      client.on('error', (error) => (this.#lost ??= sessionLost(address, error)))
      // the far side has said its last; until `close`, ssh2 throws at whoever asks for a channel
      client.once('end', () => {
        if (!this.#isClosed) this.#lost ??= sessionLost(address)
        client.destroy()
      })
      client.once('close', () => {
        if (!this.#isClosed) this.#lost ??= sessionLost(address)
        for (const tell of this.#waiting) tell(this.#lost ?? cancelled())
        this.#waiting.clear()
        resolve(this.#lost)
      })
    })
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#lost === null
  }

  /**
   * Runs one command line with the account's login shell and waits for its end, or for the answer to be whole. Answers
   * the exit code, or null when the machine did not say one. Rejects with `ssh-lost`, `ssh-timeout`, `cancelled`,
   * `ssh-session-refused`; an exit code other than 0 is an answer.
   */
  async exec(command: string, { stdin, answer, timeoutMs, signal }: ExecOptions): Promise<number | null> {
    if (signal.aborted) throw reasonOf(signal)
    const work = async (stop: AbortSignal): Promise<number | null> => {
      try {
        if (!this.#oneAtATime) return await this.#execNow(command, stdin, answer, stop)
      } catch (error) {
        if (!(error instanceof RefusedBeside)) throw error
      }
      return await this.#inTurn(() => this.#execNow(command, stdin, answer, stop))
    }
    try {
      return await withDeadline({ signal, timeoutMs, onTimeout: () => this.#tooSlow(timeoutMs) }, work)
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : error
    }
  }

  /** A connection that the far machine dials: how a jump host is used. */
  async forward(host: string, port: number, { signal }: { signal: AbortSignal }): Promise<Duplex> {
    return await this.#open<Duplex>(
      (done) => this.#client.forwardOut('127.0.0.1', 0, host, port, done),
      signal,
    )
  }

  /**
   * A terminal (a pty) with a command on it, or with the account's own shell; who opens it closes it. Its pace is the
   * reader's: what is not read holds the far side back. Rejects with `ssh-lost`, `cancelled`, `ssh-session-refused`.
   */
  async terminal(
    command: string | null,
    { cols, rows }: TerminalSize,
    { signal }: { signal: AbortSignal },
  ): Promise<ClientChannel> {
    const pty = { term: 'xterm-256color', cols, rows, width: 0, height: 0 }
    const start: OpenChannel = (done) =>
      command === null ? this.#client.shell(pty, done) : this.#client.exec(command, { pty }, done)
    try {
      return await this.#channel(start, signal)
    } catch (error) {
      if (!(error instanceof RefusedBeside)) throw error
      return await this.#inTurn(() => this.#channel(start, signal))
    }
  }

  /** For files; who opens it ends it. */
  async sftp({ signal }: { signal: AbortSignal }): Promise<SFTPWrapper> {
    return await this.#open<SFTPWrapper>((done) => this.#client.sftp(done), signal)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#client.end()
    this.#client.destroy()
  }

  #tooSlow(timeoutMs: number): AppError {
    const seconds = Math.round(timeoutMs / 1000)
    const { host, port } = this.address
    return new AppError(
      'ssh-timeout',
      `A command on ${host} did not end within ${seconds} s.`,
      { host, port, seconds },
      { fixes: [{ action: 'retry' }] },
    )
  }

  /** After all that wait already. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work)
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }

  async #execNow(
    command: string,
    stdin: ExecOptions['stdin'],
    answer: FramedAnswer,
    stop: AbortSignal,
  ): Promise<number | null> {
    const channel = await this.#channel((done) => this.#client.exec(command, done), stop)
    this.#running++
    try {
      return await this.#converse(channel, stdin, answer, stop)
    } finally {
      this.#running--
    }
  }

  async #channel(start: OpenChannel, stop: AbortSignal): Promise<ClientChannel> {
    const untilMs = performance.now() + (this.#hasOpened ? refusedForMs : refusedAtFirstForMs)
    for (;;) {
      try {
        const channel = await this.#open<ClientChannel>(start, stop)
        this.#hasOpened = true
        return channel
      } catch (error) {
        if (!isRefusal(error)) throw error
        if (this.#running > 0 && !this.#oneAtATime) {
          this.#oneAtATime = true
          throw new RefusedBeside()
        }
        if (performance.now() > untilMs) throw refused(this.address, error)
        await pause(askAgainMs, { signal: stop }).catch(() => {
          throw reasonOf(stop)
        })
      }
    }
  }

  /** `tell` is called when the connection is gone, unless the answer was called before. */
  #whenGone(tell: (lost: AppError) => void): Disposable {
    this.#waiting.add(tell)
    return { [Symbol.dispose]: () => this.#waiting.delete(tell) }
  }

  async #open<T extends { destroy(): unknown }>(
    start: (done: (error: Error | undefined, channel: T) => void) => void,
    signal: AbortSignal,
  ): Promise<T> {
    if (signal.aborted) throw reasonOf(signal)
    if (!this.isOpen) throw this.#lost ?? sessionLost(this.address)
    const opened = Promise.withResolvers<T>()
    using _gone = this.#whenGone(opened.reject)
    const done = (error: Error | undefined, channel: T): void => {
      // ssh2's word for a connection that ended while the channel was being opened
      if (error?.message === 'No response from server') return opened.reject(sessionLost(this.address))
      if (error) return opened.reject(error)
      if (signal.aborted) channel.destroy()
      opened.resolve(channel)
    }
    try {
      start(done)
    } catch (error) {
      // ssh2's word for a connection that can no longer be written to, while its end has not been told yet
      if (!(error instanceof Error) || error.message !== 'Not connected') throw error
      throw (this.#lost ??= sessionLost(this.address))
    }
    try {
      return await until(opened.promise, { signal })
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : error
    }
  }

  #converse(
    channel: ClientChannel,
    stdin: ExecOptions['stdin'],
    answer: FramedAnswer,
    signal: AbortSignal,
  ): Promise<number | null> {
    return new Promise((resolve, reject) => {
      let bytes = 0
      let exitCode: number | null = null
      const settled = new AbortController()
      const settle = (): void => {
        signal.removeEventListener('abort', onAbort)
        gone[Symbol.dispose]()
        settled.abort()
      }
      const fail = (error: Error): void => {
        settle()
        channel.close()
        reject(error)
      }
      const onAbort = (): void => fail(reasonOf(signal))
      const gone = this.#whenGone(fail)
      const collect = (into: FramedAnswer['stdout']) => (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxOutputBytes)
          return fail(new Error(`a command printed more than ${maxOutputBytes} bytes`))
        into.push(chunk)
        // What the account's shell left running in the background may hold the channel open for ever.
        if (answer.isWhole) channel.close()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      channel.on('data', collect(answer.stdout))
      channel.stderr.on('data', collect(answer.stderr))
      channel.once('exit', (code: number | null) => (exitCode = code))
      channel.once('error', fail)
      channel.once('close', () => {
        settle()
        if (this.#lost && !answer.isWhole) return reject(this.#lost)
        resolve(exitCode)
      })
      if (signal.aborted) return onAbort()
      feed(channel, stdin, settled.signal).catch(fail)
    })
  }
}

/** The server opens no channel beside the running one: to be asked again when that one has ended. */
class RefusedBeside extends Error {}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && /Channel open failure/.test(error.message)
}

function refused({ host, user }: SshAddress, cause: Error): AppError {
  const said = machineWords(cause.message.replace(/^.*Channel open failure: */, ''))
  return new AppError(
    'ssh-session-refused',
    `${host} lets ${user} sign in, but opens no session for a command (${said}).`,
    { host, user, said },
    { cause, fixes: [{ action: 'retry' }, { action: 'edit-address' }] },
  )
}

/**
 * Writes as fast as the far side reads, until the command has settled: one that ends early is no failure of ours, and a channel
 * whose connection is gone says neither `drain` nor `close`.
 */
async function feed(
  channel: ClientChannel,
  chunks: NonNullable<ExecOptions['stdin']>,
  settled: AbortSignal,
): Promise<void> {
  let isOver = settled.aborted
  let goOn: () => void = () => undefined
  const end = (): void => {
    isOver = true
    goOn()
  }
  settled.addEventListener('abort', end, { once: true })
  channel.once('exit', end)
  channel.on('drain', () => goOn())
  for await (const chunk of chunks) {
    if (isOver || !channel.writable) return
    // Set before the write, so that a drain cannot slip in between.
    const canGoOn = new Promise<void>((resolve) => (goOn = resolve))
    if (!channel.write(chunk)) await canGoOn
  }
  if (!isOver && channel.writable) channel.end()
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof AppError ? signal.reason : cancelled()
}
