import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2'
import { AppError } from '../../failures/app-error.ts'
import { sessionLost } from '../../ssh/ssh-errors.ts'
import type { SshSession } from '../../ssh/ssh-session.ts'

/** The answers of SFTP version 3 that mean something of their own (draft-ietf-secsh-filexfer-02 §7). */
export const sftpStatus = {
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  unsupported: 8,
} as const

/** The server does not know the request, or has not announced it: then ssh2 itself refuses, without a status. */
export function isUnsupported(error: unknown): boolean {
  return (
    isStatus(error, sftpStatus.unsupported) ||
    (error instanceof Error && error.message === 'Server does not support this extended request')
  )
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === status
}

/** As long as a file server may be busy with one request. The keep-alive of ssh says nothing of it: a disk of the network that hangs holds up it alone. */
const silentMs = 60_000

type Done<T> = (error: Error | undefined | null, value: T) => void

/**
 * One sftp channel of a session. ssh2 tells the end of the connection to some of those who wait only; here all of them
 * hear of it, as `ssh-lost`. One that answers nothing for a minute is given up likewise.
 */
export class SftpChannel implements Disposable {
  readonly user: string
  readonly #session: Pick<SshSession, 'address' | 'isOpen'>
  readonly #sftp: SFTPWrapper
  readonly #waiting = new Set<(error: Error) => void>()
  readonly #clock: Clock
  #lost: Error | null = null
  /** When the server last answered, or was asked after a rest. */
  #heardAtMs = 0
  #silence: Disposable | null = null

  private constructor(
    session: Pick<SshSession, 'address' | 'closed' | 'isOpen'>,
    sftp: SFTPWrapper,
    clock: Clock,
  ) {
    this.#clock = clock
    this.#session = session
    this.#sftp = sftp
    this.user = session.address.user
    const end = (): void => this.#end(sessionLost(session.address))
    // a broken protocol ends the channel, which is told there
    sftp.on('error', (error: Error) => this.#end(sftpRefused(session, error)))
    sftp.on('end', end)
    sftp.on('close', end)
    void session.closed.then((lost) => this.#end(lost ?? sessionLost(session.address)))
  }

  /** Rejects with `sftp-refused`, and as `SshSession.sftp` does. */
  static async open(
    session: Pick<SshSession, 'address' | 'closed' | 'isOpen' | 'sftp'>,
    { signal, clock = systemClock }: { signal: AbortSignal; clock?: Clock },
  ): Promise<SftpChannel> {
    try {
      return new SftpChannel(session, await session.sftp({ signal }), clock)
    } catch (error) {
      throw error instanceof AppError ? error : sftpRefused(session, error)
    }
  }

  get isOpen(): boolean {
    return this.#lost === null && this.#session.isOpen
  }

  get host(): string {
    return this.#session.address.host
  }

  opendir(path: string): Promise<Buffer> {
    return this.#ask((done) => this.#sftp.opendir(path, done))
  }

  /** The next names of the folder; null after the last. */
  async readdir(handle: Buffer): Promise<FileEntryWithStats[] | null> {
    try {
      return await this.#ask<FileEntryWithStats[]>((done) => this.#sftp.readdir(handle, done))
    } catch (error) {
      if (isStatus(error, sftpStatus.endOfFile)) return null
      throw error
    }
  }

  lstat(path: string): Promise<Stats> {
    return this.#ask((done) => this.#sftp.lstat(path, done))
  }

  stat(path: string): Promise<Stats> {
    return this.#ask((done) => this.#sftp.stat(path, done))
  }

  fstat(handle: Buffer): Promise<Stats> {
    return this.#ask((done) => this.#sftp.fstat(handle, done))
  }

  readlink(path: string): Promise<string> {
    return this.#ask((done) => this.#sftp.readlink(path, done))
  }

  realpath(path: string): Promise<string> {
    return this.#ask((done) => this.#sftp.realpath(path, done))
  }

  mkdir(path: string): Promise<void> {
    return this.#ask((done) => this.#sftp.mkdir(path, (error) => done(error, undefined)))
  }

  rmdir(path: string): Promise<void> {
    return this.#ask((done) => this.#sftp.rmdir(path, (error) => done(error, undefined)))
  }

  unlink(path: string): Promise<void> {
    return this.#ask((done) => this.#sftp.unlink(path, (error) => done(error, undefined)))
  }

  /** Refuses to take another file's place. */
  rename(from: string, to: string): Promise<void> {
    return this.#ask((done) => this.#sftp.rename(from, to, (error) => done(error, undefined)))
  }

  /** Takes the place of a file in one step. Rejects where the server does not know how. */
  posixRename(from: string, to: string): Promise<void> {
    return this.#ask((done) => this.#sftp.ext_openssh_rename(from, to, (error) => done(error, undefined)))
  }

  open(path: string, flags: number, mode: number | null): Promise<Buffer> {
    return this.#ask((done) =>
      mode === null ? this.#sftp.open(path, flags, done) : this.#sftp.open(path, flags, mode, done),
    )
  }

  close(handle: Buffer): Promise<void> {
    return this.#ask((done) => this.#sftp.close(handle, (error) => done(error, undefined)))
  }

  /** How many bytes came, fewer than there is room for perhaps; 0 at the end. */
  read(handle: Buffer, at: number, into: Buffer): Promise<number> {
    return this.#ask((done) => this.#sftp.read(handle, into, 0, into.length, at, done))
  }

  write(handle: Buffer, at: number, bytes: Buffer): Promise<void> {
    return this.#ask((done) =>
      this.#sftp.write(handle, bytes, 0, bytes.length, at, (error) => done(error, undefined)),
    )
  }

  setSize(handle: Buffer, size: number): Promise<void> {
    return this.#ask((done) => this.#sftp.fsetstat(handle, { size }, (error) => done(error, undefined)))
  }

  setMode(handle: Buffer, mode: number): Promise<void> {
    return this.#ask((done) => this.#sftp.fchmod(handle, mode, (error) => done(error, undefined)))
  }

  setTime(handle: Buffer, seconds: number): Promise<void> {
    return this.#ask((done) =>
      this.#sftp.futimes(handle, seconds, seconds, (error) => done(error, undefined)),
    )
  }

  /** What `df` says of the file system; as the server tells it, unread. */
  statvfs(path: string): Promise<unknown> {
    return this.#ask((done) => this.#sftp.ext_openssh_statvfs(path, done))
  }

  [Symbol.dispose](): void {
    this.#sftp.end()
    this.#end(sessionLost(this.#session.address))
  }

  #end(error: Error): void {
    this.#silence?.[Symbol.dispose]()
    this.#silence = null
    this.#lost ??= error
    for (const tell of this.#waiting) tell(error)
    this.#waiting.clear()
  }

  #watchSilence(): void {
    const leftMs = this.#heardAtMs + silentMs - this.#clock.now()
    this.#silence = null
    if (this.#waiting.size === 0) return
    if (leftMs > 0) {
      this.#silence = this.#clock.after(leftMs, () => this.#watchSilence(), { ref: false })
      return
    }
    this.#sftp.end()
    const reason = `its file server has not answered for ${silentMs / 1_000} s`
    this.#end(sessionLost(this.#session.address, new Error(reason)))
  }

  #ask<T = void>(start: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost)
      if (this.#waiting.size === 0) this.#heardAtMs = this.#clock.now()
      this.#waiting.add(reject)
      if (this.#silence === null) this.#watchSilence()
      try {
        start((error, value) => {
          this.#waiting.delete(reject)
          this.#heardAtMs = this.#clock.now()
          if (error)
            reject(error.message === 'No response from server' ? sessionLost(this.#session.address) : error)
          else resolve(value)
        })
      } catch (error) {
        // ssh2 itself refuses an extension that the server has not announced: nobody was asked
        this.#waiting.delete(reject)
        throw error
      }
    })
  }
}

function sftpRefused({ address: { host, user } }: Pick<SshSession, 'address'>, cause: unknown): AppError {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new AppError(
    'sftp-refused',
    `${host} lets ${user} sign in, but serves no files (${said}).`,
    { host, user, said },
    { cause, fixes: [{ action: 'retry' }] },
  )
}
