import type { Duplex } from 'node:stream'
import { type Clock, pause, systemClock, until } from '@nps-desktop/relay-core/async'
import type { SshAddress } from '@nps-desktop/electron/contract'
import type { Client, ClientChannel } from 'ssh2'
import { AppError } from '../failures/app-error.ts'
import { type CommandStreams, converse } from './command-streams.ts'
import { machineWords } from './no-shell.ts'
import { cancelled, sessionLost } from './ssh-errors.ts'

/** Asks ssh2 for a channel. */
export type StartChannel<T> = (client: Client, done: (error: Error | undefined, channel: T) => void) => void

/** How a channel is asked for. */
export interface ChannelOptions {
  /** Another connection can be had: where terminals and files hold all that this one may have, `ChannelsUsedUp` tells so. */
  readonly mayMove: boolean
  readonly signal: AbortSignal
}

/**
 * How long a server that opens no further channel is asked again: sshd counts a command that has ended until it has
 * noticed (MaxSessions in sshd_config may be 1), which takes a busy machine seconds.
 */
const refusedForMs = 20_000
/** A server that has not opened one yet is likely to open none. */
const refusedAtFirstForMs = 3_000
/** The same, where another connection is the other choice. */
const refusedBeforeMovingMs = 1_000
/** A server that keeps the connection alive and says neither yes nor no: longer than any refusal is asked about. */
const answerTimeoutMs = 30_000
const askAgainMs = 50
/** The same, once it has refused for a second: sshd writes a line to its log each time. */
const askSeldomMs = 500

/** The server opens no further channel on this connection, and those that are open will stay. */
export class ChannelsUsedUp extends Error {}

/** The server opens no channel beside the running one: to be asked again when that one has ended. */
class RefusedBeside extends Error {}

/** One authenticated connection to an sshd, and the channels that are open on it. */
export class SshConnection {
  readonly address: SshAddress
  /** Its sshd is Microsoft's: accounts there have cmd or PowerShell. */
  readonly isWindows: boolean
  /** Fulfils when the connection is gone, with the reason or null after `close()`. */
  readonly closed: Promise<AppError | null>
  readonly #client: Client
  readonly #clock: Clock
  /** Whoever waits for something of this connection; told when it is gone. */
  readonly #waiting = new Set<(lost: AppError) => void>()
  #lost: AppError | null = null
  #isClosed = false
  /** The server has refused a second command beside a running one: from then on they wait for each other. */
  #oneAtATime = false
  #running = 0
  /** Channels that stay until whoever opened them closes them: terminals and files. */
  #held = 0
  /** How many channels were open when the server refused another one (MaxSessions in sshd_config, 10 where nothing else is set). */
  #limit = Number.POSITIVE_INFINITY
  #endedAtMs = Number.NEGATIVE_INFINITY
  #hasOpened = false
  #lastTurn: Promise<unknown> = Promise.resolve()

  /** `client` is ready; from now on its events belong to the connection. */
  constructor(address: SshAddress, client: Client, { isWindows = false, clock = systemClock } = {}) {
    this.address = address
    this.#clock = clock
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

  get lost(): AppError | null {
    return this.#lost
  }

  /** As far as is known, the server opens another channel here. */
  get hasRoom(): boolean {
    return this.#held + this.#running < this.#limit
  }

  /** Runs one command line to its end. Rejects as `SshSession.exec` does, and with `ChannelsUsedUp`. */
  async exec(command: string, conversation: CommandStreams, options: ChannelOptions): Promise<number | null> {
    const now = async (): Promise<number | null> => {
      const channel = await this.#channel<ClientChannel>(
        (client, done) => client.exec(command, done),
        options,
        this.#running > 0,
      )
      this.#running++
      try {
        return await converse(channel, conversation, this, options.signal)
      } finally {
        this.#running--
        this.#endedAtMs = performance.now()
      }
    }
    return await this.#besideOrAfter(now)
  }

  /** A channel that counts until it closes. Rejects as `SshSession.terminal` does, and with `ChannelsUsedUp`. */
  async hold<T extends { once(event: 'close', listener: () => void): unknown; destroy(): unknown }>(
    start: StartChannel<T>,
    options: ChannelOptions,
  ): Promise<T> {
    const channel = await this.#besideOrAfter(() => this.#channel(start, options, false))
    this.#held++
    channel.once('close', () => {
      this.#held--
      this.#endedAtMs = performance.now()
    })
    return channel
  }

  /** A connection that the far machine dials. */
  async forward(host: string, port: number, { signal }: { signal: AbortSignal }): Promise<Duplex> {
    return await this.#open<Duplex>(
      (client, done) => client.forwardOut('127.0.0.1', 0, host, port, done),
      signal,
    )
  }

  /** `tell` is called when the connection is gone, unless the answer was disposed of before. */
  whenGone(tell: (lost: AppError) => void): Disposable {
    this.#waiting.add(tell)
    return { [Symbol.dispose]: () => this.#waiting.delete(tell) }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#client.end()
    this.#client.destroy()
  }

  /** At once, or after all that wait already where the server allows nothing else. */
  async #besideOrAfter<T>(work: () => Promise<T>): Promise<T> {
    try {
      if (!this.#oneAtATime) return await work()
    } catch (error) {
      if (!(error instanceof RefusedBeside)) throw error
    }
    const turn = this.#lastTurn.then(work)
    this.#lastTurn = turn.catch(() => undefined)
    return await turn
  }

  /** `waitsForOthers`: commands that run make room for it soon. */
  async #channel<T extends { destroy(): unknown }>(
    start: StartChannel<T>,
    { mayMove, signal }: ChannelOptions,
    waitsForOthers: boolean,
  ): Promise<T> {
    const sinceMs = performance.now()
    const forMs = this.#hasOpened ? refusedForMs : refusedAtFirstForMs
    for (;;) {
      try {
        const channel = await this.#open<T>(start, signal)
        this.#hasOpened = true
        return channel
      } catch (error) {
        if (!isRefusal(error)) throw error
        const waitedMs = performance.now() - sinceMs
        if (mayMove && this.#held > 0) {
          const isPassing = waitsForOthers || performance.now() - this.#endedAtMs < refusedBeforeMovingMs
          if (!isPassing || waitedMs > refusedBeforeMovingMs) {
            this.#limit = this.#held + this.#running
            throw new ChannelsUsedUp(error.message, { cause: error })
          }
        } else if (this.#running > 0 && !this.#oneAtATime) {
          this.#oneAtATime = true
          throw new RefusedBeside()
        }
        if (waitedMs > forMs) throw channelRefused(this.address, error)
        await pause(waitedMs < refusedBeforeMovingMs ? askAgainMs : askSeldomMs, { signal }).catch(() => {
          throw reasonOf(signal)
        })
      }
    }
  }

  async #open<T extends { destroy(): unknown }>(start: StartChannel<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw reasonOf(signal)
    if (!this.isOpen) throw this.#lost ?? sessionLost(this.address)
    const opened = Promise.withResolvers<T>()
    using _gone = this.whenGone(opened.reject)
    const done = (error: Error | undefined, channel: T): void => {
      // ssh2's word for a connection that ended while the channel was being opened
      if (error?.message === 'No response from server') return opened.reject(sessionLost(this.address))
      if (error) return opened.reject(error)
      opened.resolve(channel)
    }
    try {
      start(this.#client, done)
    } catch (error) {
      // ssh2's word for a connection that can no longer be written to, while its end has not been told yet
      if (!(error instanceof Error) || error.message !== 'Not connected') throw error
      throw (this.#lost ??= sessionLost(this.address))
    }
    try {
      const onTimeout = (): AppError => this.#silent()
      const wait = { signal, timeoutMs: answerTimeoutMs, onTimeout, clock: this.#clock }
      return await until(opened.promise, wait)
    } catch (error) {
      // it may still open, or has just done so
      opened.promise.then(
        (channel) => channel.destroy(),
        () => undefined,
      )
      throw signal.aborted ? reasonOf(signal) : error
    }
  }

  #silent(): AppError {
    const { host, port } = this.address
    const seconds = answerTimeoutMs / 1_000
    return new AppError(
      'ssh-timeout',
      `${host} lets you sign in, but did not say within ${seconds} s whether it opens a session.`,
      { host, port, seconds },
      { fixes: [{ action: 'retry' }] },
    )
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && /Channel open failure/.test(error.message)
}

/** The machine lets the account in and opens no channel; `cause` holds its words. */
export function channelRefused({ host, user }: SshAddress, cause: Error): AppError {
  const said = machineWords(cause.message.replace(/^.*Channel open failure: */, ''))
  return new AppError(
    'ssh-session-refused',
    `${host} lets ${user} sign in, but opens no session for a command (${said}).`,
    { host, user, said },
    { cause, fixes: [{ action: 'retry' }, { action: 'edit-address' }] },
  )
}

/** Why a signal was aborted, in the app's terms. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof AppError ? signal.reason : cancelled()
}
