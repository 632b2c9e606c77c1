import type { Duplex } from 'node:stream'
import type { SshAddress } from '@nps-desktop/electron/contract'
import type { Client, ClientChannel } from 'ssh2'
import { AppError } from '../app-error.ts'
import { cancelled, sessionLost } from './ssh-errors.ts'

export interface ExecOptions {
  /** What the command reads; its end is passed on. */
  readonly stdin?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface ExecResult {
  /** Null: a signal ended it, or the machine did not say. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What one command may print in all; more is a runaway. */
const maxOutputBytes = 4 * 1024 * 1024

/** One authenticated ssh connection, used for everything a job does on that machine. */
export class SshSession {
  readonly address: SshAddress
  /** Fulfils when the connection is gone, with the reason or null after `close()`. */
  readonly closed: Promise<AppError | null>
  readonly #client: Client
  #lost: AppError | null = null
  #isClosed = false

  /** `client` is ready; from now on its events belong to the session. */
  constructor(address: SshAddress, client: Client) {
    this.address = address
    this.#client = client
    this.closed = new Promise((resolve) => {
      client.on('error', (error) => (this.#lost ??= sessionLost(address, error)))
      client.once('close', () => {
        if (!this.#isClosed) this.#lost ??= sessionLost(address)
        resolve(this.#lost)
      })
    })
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#lost === null
  }

  /**
   * Runs one command line with the account's login shell and waits for its end. Rejects with `ssh-lost`, `ssh-timeout`,
   * `cancelled`; an exit code other than 0 is an answer.
   */
  async exec(command: string, { stdin = [], timeoutMs, signal }: ExecOptions): Promise<ExecResult> {
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(this.#tooSlow(timeoutMs)), timeoutMs)
    const stop = AbortSignal.any([signal, deadline.signal])
    try {
      const channel = await this.#open<ClientChannel>((done) => this.#client.exec(command, done), stop)
      return await this.#converse(channel, stdin, stop)
    } finally {
      clearTimeout(timer)
    }
  }

  /** A connection that the far machine dials: how a jump host is used. */
  async forward(host: string, port: number, { signal }: { signal: AbortSignal }): Promise<Duplex> {
    return await this.#open<Duplex>(
      (done) => this.#client.forwardOut('127.0.0.1', 0, host, port, done),
      signal,
    )
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

  #open<T extends { destroy(): unknown }>(
    start: (done: (error: Error | undefined, channel: T) => void) => void,
    signal: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(reasonOf(signal))
      if (!this.isOpen) return reject(this.#lost ?? sessionLost(this.address))
      const onAbort = (): void => reject(reasonOf(signal))
      signal.addEventListener('abort', onAbort, { once: true })
      void this.closed.then((lost) => reject(lost ?? cancelled()))
      start((error, channel) => {
        signal.removeEventListener('abort', onAbort)
        // ssh2's word for a connection that ended while the channel was being opened
        if (error?.message === 'No response from server') return reject(sessionLost(this.address))
        if (error) return reject(error)
        if (signal.aborted) channel.destroy()
        resolve(channel)
      })
    })
  }

  #converse(
    channel: ClientChannel,
    stdin: NonNullable<ExecOptions['stdin']>,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    return new Promise((resolve, reject) => {
      const stdout: Buffer[] = []
      const stderr: Buffer[] = []
      let bytes = 0
      let exitCode: number | null = null
      const fail = (error: Error): void => {
        signal.removeEventListener('abort', onAbort)
        channel.close()
        reject(error)
      }
      const onAbort = (): void => fail(reasonOf(signal))
      const collect = (into: Buffer[]) => (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxOutputBytes) fail(new Error(`a command printed more than ${maxOutputBytes} bytes`))
        else into.push(chunk)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      channel.on('data', collect(stdout))
      channel.stderr.on('data', collect(stderr))
      channel.once('exit', (code: number | null) => (exitCode = code))
      channel.once('error', fail)
      channel.once('close', () => {
        signal.removeEventListener('abort', onAbort)
        if (this.#lost) return reject(this.#lost)
        resolve({
          exitCode,
          stdout: Buffer.concat(stdout).toString('utf8'),
          stderr: Buffer.concat(stderr).toString('utf8'),
        })
      })
      void this.closed.then((lost) => fail(lost ?? cancelled()))
      if (signal.aborted) return onAbort()
      feed(channel, stdin).catch(fail)
    })
  }
}

/** Writes as fast as the far side reads; a command that ends early (its channel closes) is no failure of ours. */
async function feed(channel: ClientChannel, chunks: NonNullable<ExecOptions['stdin']>): Promise<void> {
  let isOver = false
  let goOn: () => void = () => undefined
  const end = (): void => {
    isOver = true
    goOn()
  }
  channel.once('close', end)
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
