import type { Duplex } from 'node:stream'
import { until, withDeadline } from '@nps-desktop/relay-core/async'
import type { SshAddress, TerminalSize } from '@nps-desktop/electron/contract'
import type { ClientChannel, SFTPWrapper } from 'ssh2'
import { AppError } from '../failures/app-error.ts'
import type { CommandStreams } from './command-streams.ts'
import { execOnTerminal } from './library/exec-on-terminal.ts'
import { sessionLost } from './ssh-errors.ts'
import { channelRefused, ChannelsUsedUp, reasonOf, type SshConnection } from './ssh-connection.ts'

export interface ExecOptions extends CommandStreams {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Opens another connection to the same machine. `asks`: see `Machines.open`. */
export type OpenFurther = (options: { asks: boolean; signal: AbortSignal }) => Promise<SshSession>

/** A terminal, and the connection that carries it. */
export interface SshTerminal {
  readonly channel: ClientChannel
  readonly connection: Pick<SshConnection, 'isOpen' | 'closed'>
}

/** With the 10 channels that sshd gives a connection by default, more than the app's terminals and transfers together. */
const maxConnections = 4

/** What is done on a machine after one sign-in: over one ssh connection, and over a few where a server limits what one carries. */
export class SshSession {
  readonly address: SshAddress
  /** Its sshd is Microsoft's: accounts there have cmd or PowerShell. */
  readonly isWindows: boolean
  /** Fulfils when the session is gone with its first connection, with the reason or null after `close()`. */
  readonly closed: Promise<AppError | null>
  readonly #first: SshConnection
  readonly #further = new Set<SshConnection>()
  #openFurther: OpenFurther | null = null
  #opening: Promise<SshSession> | null = null
  #isClosed = false

  constructor(connection: SshConnection) {
    this.#first = connection
    this.address = connection.address
    this.isWindows = connection.isWindows
    this.closed = connection.closed
    void connection.closed.then(() => this.close())
  }

  get isOpen(): boolean {
    return this.#first.isOpen
  }

  /** From now on, where terminals and files hold all channels that the server opens, another connection is opened for what comes. */
  growBy(open: OpenFurther): void {
    this.#openFurther = open
  }

  /**
   * Runs one command line with the account's login shell and waits for its end, or for the answer to be whole. Answers
   * the exit code, or null when the machine did not say one. Rejects with `ssh-lost`, `ssh-timeout`, `cancelled`,
   * `ssh-session-refused`; an exit code other than 0 is an answer.
   */
  async exec(command: string, { stdin, answer, timeoutMs, signal }: ExecOptions): Promise<number | null> {
    if (signal.aborted) throw reasonOf(signal)
    const conversation = { stdin, answer }
    const work = (stop: AbortSignal): Promise<number | null> =>
      this.#somewhere(
        (connection, mayMove) => connection.exec(command, conversation, { mayMove, signal: stop }),
        // without another connection there may still be room when something has ended
        () => this.#first.exec(command, conversation, { mayMove: false, signal: stop }),
        { asks: false, signal: stop },
      )
    try {
      return await withDeadline({ signal, timeoutMs, onTimeout: () => this.#tooSlow(timeoutMs) }, work)
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : error
    }
  }

  /** A connection that the far machine dials: how a jump host is used. */
  async forward(host: string, port: number, options: { signal: AbortSignal }): Promise<Duplex> {
    return await this.#first.forward(host, port, options)
  }

  /**
   * A terminal (a pty) with a command on it, which is another one each time, or with the account's own shell; who opens it closes it.
   * A machine that gives no terminal may run the command without one. Its pace is the
   * reader's: what is not read holds the far side back. `asks`: another sign-in, where one is needed, may ask the person.
   * Rejects with `ssh-lost`, `cancelled`, `ssh-session-refused`, with `asks` also as `openSession` does.
   */
  async terminal(
    command: string | null,
    { cols, rows }: TerminalSize,
    { asks, signal }: { asks: boolean; signal: AbortSignal },
  ): Promise<SshTerminal> {
    const pty = { term: 'xterm-256color', cols, rows }
    return await this.#somewhere(
      async (connection, mayMove) => {
        const channel = await connection.hold<ClientChannel>(
          (client, done) =>
            command === null
              ? client.shell({ ...pty, width: 0, height: 0 }, done)
              : execOnTerminal(client, command, pty, done),
          { mayMove, signal },
        )
        return { channel, connection }
      },
      refuse,
      { asks, signal },
    )
  }

  /** For files; who opens it ends it. Rejects as `terminal` does. */
  async sftp({ signal }: { signal: AbortSignal }): Promise<SFTPWrapper> {
    return await this.#somewhere(
      (connection, mayMove) =>
        connection.hold<SFTPWrapper>((client, done) => client.sftp(done), { mayMove, signal }),
      refuse,
      { asks: false, signal },
    )
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const connection of [this.#first, ...this.#further]) connection.close()
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

  /** On the first connection that has room, else on another one; `otherwise` where none can be had. */
  async #somewhere<T>(
    work: (connection: SshConnection, mayMove: boolean) => Promise<T>,
    otherwise: (reason: Error) => Promise<T>,
    options: { asks: boolean; signal: AbortSignal },
  ): Promise<T> {
    const mayMove = this.#openFurther !== null
    for (;;) {
      let usedUp: Error = new ChannelsUsedUp('open failed')
      for (const connection of [this.#first, ...this.#further]) {
        if (!connection.hasRoom) continue
        try {
          return await work(connection, mayMove)
        } catch (error) {
          if (!(error instanceof ChannelsUsedUp)) throw error
          usedUp = error
        }
      }
      if (this.#isClosed) throw sessionLost(this.address)
      try {
        await this.#grow(channelRefused(this.address, usedUp), options)
      } catch (error) {
        if (options.signal.aborted) throw reasonOf(options.signal)
        return await otherwise(error instanceof Error ? error : usedUp)
      }
    }
  }

  /** Opens another connection, or waits for the one that is being opened. Without a person asked, a failure is `refused`. */
  async #grow(refused: AppError, { asks, signal }: { asks: boolean; signal: AbortSignal }): Promise<void> {
    if (this.#opening) {
      await until(
        this.#opening.catch(() => undefined),
        { signal },
      )
      return
    }
    if (!this.#openFurther || this.#further.size + 1 >= maxConnections) throw refused
    try {
      this.#opening = this.#openFurther({ asks, signal })
      const session = await this.#opening
      if (this.#isClosed) {
        session.close()
        throw sessionLost(this.address)
      }
      this.#take(session.#first)
    } catch (error) {
      throw asks ? error : refused
    } finally {
      this.#opening = null
    }
  }

  #take(connection: SshConnection): void {
    this.#further.add(connection)
    void connection.closed.then(() => this.#further.delete(connection))
  }
}

async function refuse(reason: Error): Promise<never> {
  throw reason
}
