import type { ErrorCode, Overview } from '@nps-desktop/electron/contract'
import { ownSshTunnel } from '@nps-desktop/electron/contract'
import { type Clock, Signal, until } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import type { Machines } from '../ssh/machines.ts'
import { cancelled } from '../ssh/ssh-errors.ts'
import type { SshSession } from '../ssh/ssh-session.ts'

/** One use of a lab box's ssh session; dispose of it when done. */
export interface LabSession extends Disposable {
  readonly session: SshSession
}

/** A person who goes from one page to the next finds the session open. */
const keptMs = 60_000

/** One way of several did not get through to the machine's sshd; another may. */
const wayIsBroken = new Set(['ssh-refused', 'ssh-timeout', 'ssh-unknown-host', 'ssh-unreachable', 'ssh-lost'])

/** How a use of a session is opened. */
export interface UseOptions {
  /**
   * What the machine asks may be put to the person: true for what a person has just begun, never for what goes on by itself.
   * Whoever else waits for the session has it then, too.
   */
  readonly asks?: boolean
  readonly signal: AbortSignal
}

/** The machine wants what only a person can give. */
const needsAnswer: ReadonlySet<ErrorCode> = new Set([
  'second-factor-needed',
  'second-factor-rejected',
  'login-needs-more',
] satisfies ErrorCode[])

/**
 * One ssh session for each lab box, shared by all that the app does there: opened by the box's own SSH tunnel where that is
 * ready, else by its address; kept for a minute after its last use. The host key is the one that was confirmed for the box's
 * address, whichever way leads there.
 */
export class LabSessions {
  readonly #options: {
    machines: Pick<Machines, 'open'>
    overview: () => Pick<Overview, 'labs' | 'servers' | 'tunnels'>
    clock: Clock
    log: Log
  }
  readonly #shared = new Map<string, SharedSession>()
  /** Lab boxes that had a question for nobody: a try without a person is a failed sign-in there. */
  readonly #unanswered = new Map<string, AppError>()
  readonly #signedIn = new Signal<[labId: string]>()
  #isClosed = false

  constructor(options: {
    machines: Pick<Machines, 'open'>
    overview: () => Pick<Overview, 'labs' | 'servers' | 'tunnels'>
    clock: Clock
    log: Log
  }) {
    this.#options = options
  }

  /**
   * The open session of a lab box, or a new one. Rejects as `Machines.open` does, at once where the box has had a question and
   * nobody is asked; a use that is called off leaves the opening to the others who wait for it. Who waits for one that is
   * dropped gets the next.
   */
  async use(labId: string, { signal, asks = false }: UseOptions): Promise<LabSession> {
    if (this.#isClosed || signal.aborted) throw cancelled()
    let shared = this.#shared.get(labId)
    if (!shared?.isUsable) {
      const unanswered = asks ? undefined : this.#unanswered.get(labId)
      if (unanswered) throw unanswered
      shared = new SharedSession(
        (stop) => this.#begin(labId, { signal: stop, asks }),
        this.#options.clock,
        (ended) => {
          if (this.#shared.get(labId) === ended) this.#shared.delete(labId)
        },
        asks,
      )
      this.#shared.set(labId, shared)
    }
    try {
      return await shared.use(signal)
    } catch (error) {
      // somebody else's opening, which asked nobody
      const askedNobody = asks && !shared.asks && isUnanswered(error)
      if (!askedNobody && !shared.isDropped) throw error
      return await this.use(labId, { signal, asks })
    }
  }

  /** Calls back when a lab box that had a question for nobody has let the person in. */
  onSignedIn(listener: (labId: string) => void): Disposable {
    return this.#signedIn.subscribe(listener)
  }

  /** Opens the session with the person there to answer. */
  async signIn({ labId }: { labId: string }, { signal }: { signal: AbortSignal }): Promise<void> {
    using _use = await this.use(labId, { signal, asks: true })
  }

  /** Ends the session of a lab box whose address or sign-in is another one now. */
  drop(labId: string): void {
    this.#unanswered.delete(labId)
    this.#shared.get(labId)?.drop()
  }

  close(): void {
    this.#isClosed = true
    for (const shared of this.#shared.values()) shared.end()
    this.#shared.clear()
  }

  async #begin(labId: string, options: Required<UseOptions>): Promise<SshSession> {
    try {
      const session = await this.#open(labId, options)
      if (this.#unanswered.delete(labId)) this.#signedIn.emit(labId)
      return session
    } catch (error) {
      if (!isUnanswered(error)) throw error
      const { code, message, params } = error.toFailure()
      const unanswered = new AppError(code, message, params, {
        cause: error,
        fixes: [{ action: 'sign-in', labId }],
      })
      this.#unanswered.set(labId, unanswered)
      throw unanswered
    }
  }

  async #open(labId: string, options: Required<UseOptions>): Promise<SshSession> {
    const { machines, log } = this.#options
    const ref = { kind: 'lab', id: labId } as const
    const by = this.#readyTunnel(labId)
    if (by === null) return await machines.open(ref, options)
    try {
      return await machines.open(ref, { ...options, by })
    } catch (error) {
      if (!(error instanceof AppError) || !wayIsBroken.has(error.code)) throw error
      log.warn('the SSH tunnel of a lab box does not lead to its sshd', { lab: labId, code: error.code })
      return await machines.open(ref, options)
    }
  }

  #readyTunnel(labId: string): { host: string; port: number } | null {
    const { labs, servers, tunnels } = this.#options.overview()
    const lab = labs.find(({ id }) => id === labId)
    const server = servers.find(({ id }) => id === lab?.serverId)
    const way = lab && server ? ownSshTunnel(lab, server, tunnels) : null
    return way?.ready ? { host: way.host, port: way.port } : null
  }
}

function isUnanswered(error: unknown): error is AppError {
  return error instanceof AppError && needsAnswer.has(error.code)
}

/** A session from its opening to its end, with those who use it. */
class SharedSession {
  /** Its opening may ask the person. */
  readonly asks: boolean
  readonly #opening: Promise<SshSession>
  readonly #stop = new AbortController()
  readonly #clock: Clock
  readonly #onEnd: (ended: SharedSession) => void
  #session: SshSession | null = null
  #hasEnded = false
  #isDropped = false
  #users = 0
  #unused: Disposable | null = null

  constructor(
    open: (signal: AbortSignal) => Promise<SshSession>,
    clock: Clock,
    onEnd: (ended: SharedSession) => void,
    asks: boolean,
  ) {
    this.asks = asks
    this.#clock = clock
    this.#onEnd = onEnd
    this.#opening = this.#begin(open)
    // told to each who waits; there may be none left
    this.#opening.catch(() => undefined)
  }

  get isUsable(): boolean {
    return !this.#hasEnded && (this.#session?.isOpen ?? true)
  }

  async use(signal: AbortSignal): Promise<LabSession> {
    this.#unused?.[Symbol.dispose]()
    this.#users++
    let isUsed = true
    const release = (): void => {
      if (!isUsed) return
      isUsed = false
      if (--this.#users > 0 || this.#hasEnded) return
      if (this.#session === null) this.end()
      else this.#unused = this.#clock.after(keptMs, () => this.end())
    }
    try {
      const session = await until(this.#opening, { signal })
      return { session, [Symbol.dispose]: release }
    } catch (error) {
      release()
      throw signal.aborted ? cancelled() : error
    }
  }

  /** What it led to is somewhere else now. */
  get isDropped(): boolean {
    return this.#isDropped
  }

  drop(): void {
    this.#isDropped = true
    this.end()
  }

  end(): void {
    this.#unused?.[Symbol.dispose]()
    this.#hasEnded = true
    this.#stop.abort(cancelled())
    this.#session?.close()
    this.#onEnd(this)
  }

  async #begin(open: (signal: AbortSignal) => Promise<SshSession>): Promise<SshSession> {
    try {
      const session = await open(this.#stop.signal)
      if (this.#hasEnded) {
        session.close()
        throw cancelled()
      }
      this.#session = session
      void session.closed.then(() => this.end())
      return session
    } catch (error) {
      this.end()
      throw error
    }
  }
}
