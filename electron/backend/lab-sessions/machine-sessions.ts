import type { ErrorCode, MachineRef, Overview } from '@nps-desktop/electron/contract'
import { ownSshTunnel } from '@nps-desktop/electron/contract'
import { type Clock, Signal } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { AppError } from '../failures/app-error.ts'
import type { Machines } from '../ssh/machines.ts'
import { cancelled } from '../ssh/ssh-errors.ts'
import type { OpenFurther, SshSession } from '../ssh/ssh-session.ts'
import { SharedSession, type SessionUse } from './shared-session.ts'

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

export interface MachineSessionsOptions {
  readonly machines: Pick<Machines, 'open'>
  readonly overview: () => Pick<Overview, 'labs' | 'servers' | 'tunnels'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * One ssh session for each machine, shared by all that the app does there: for a lab box opened by its own SSH tunnel where that
 * is ready, else by its address; kept for a minute after its last use. The host key is the one that was confirmed for the
 * machine's address, whichever way leads there.
 */
export class MachineSessions {
  readonly #options: MachineSessionsOptions
  readonly #shared = new Map<string, SharedSession>()
  /** Machines that had a question for nobody: a try without a person is a failed sign-in there. */
  readonly #unanswered = new Map<string, AppError>()
  readonly #signedIn = new Signal<[machine: MachineRef]>()
  #isClosed = false

  constructor(options: MachineSessionsOptions) {
    this.#options = options
  }

  /**
   * The open session of a machine, or a new one. Rejects as `Machines.open` does, at once where the machine has had a question
   * and nobody is asked; a use that is called off leaves the opening to the others who wait for it. Who waits for one that is
   * dropped gets the next.
   */
  async use(machine: MachineRef, { signal, asks = false }: UseOptions): Promise<SessionUse> {
    if (this.#isClosed || signal.aborted) throw cancelled()
    const key = keyOf(machine)
    let shared = this.#shared.get(key)
    if (!shared?.isUsable) {
      const unanswered = asks ? undefined : this.#unanswered.get(key)
      if (unanswered) throw unanswered
      shared = new SharedSession(
        (stop) => this.#begin(machine, { signal: stop, asks }),
        this.#options.clock,
        (ended) => {
          if (this.#shared.get(key) === ended) this.#shared.delete(key)
        },
        asks,
      )
      this.#shared.set(key, shared)
    }
    try {
      return await shared.use(signal)
    } catch (error) {
      // somebody else's opening, which asked nobody
      const askedNobody = asks && !shared.asks && isUnanswered(error)
      if (!askedNobody && !shared.isDropped) throw error
      return await this.use(machine, { signal, asks })
    }
  }

  /** Calls back when a machine that had a question for nobody has let the person in. */
  onSignedIn(listener: (machine: MachineRef) => void): Disposable {
    return this.#signedIn.subscribe(listener)
  }

  /** Ends the session of a machine whose address or sign-in is another one now. */
  drop(machine: MachineRef): void {
    this.#unanswered.delete(keyOf(machine))
    this.#shared.get(keyOf(machine))?.drop()
  }

  close(): void {
    this.#isClosed = true
    for (const shared of this.#shared.values()) shared.end()
    this.#shared.clear()
  }

  async #begin(machine: MachineRef, options: Required<UseOptions>): Promise<SshSession> {
    const key = keyOf(machine)
    try {
      const session = await this.#open(machine, options)
      session.growBy(this.#further(machine))
      if (this.#unanswered.delete(key)) this.#signedIn.emit(machine)
      return session
    } catch (error) {
      if (!isUnanswered(error)) throw error
      const { code, message, params } = error.toFailure()
      const fixes = machine.kind === 'lab' ? [{ action: 'sign-in' as const, labId: machine.id }] : []
      const unanswered = new AppError(code, message, params, { cause: error, fixes })
      this.#unanswered.set(key, unanswered)
      throw unanswered
    }
  }

  /** Where the machine has asked for what only a person can give, it is tried without one once. */
  #further(machine: MachineRef): OpenFurther {
    let unanswered: AppError | null = null
    return async (options) => {
      if (unanswered && !options.asks) throw unanswered
      try {
        return await this.#open(machine, options)
      } catch (error) {
        if (isUnanswered(error)) unanswered = error
        throw error
      }
    }
  }

  async #open(machine: MachineRef, options: Required<UseOptions>): Promise<SshSession> {
    const { machines, log } = this.#options
    const by = machine.kind === 'lab' ? this.#readyTunnel(machine.id) : null
    if (by === null) return await machines.open(machine, options)
    try {
      return await machines.open(machine, { ...options, by })
    } catch (error) {
      if (!(error instanceof AppError) || !wayIsBroken.has(error.code)) throw error
      log.warn('the SSH tunnel of a lab box does not lead to its sshd', { lab: machine.id, code: error.code })
      return await machines.open(machine, options)
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

function keyOf({ kind, id }: MachineRef): string {
  return `${kind}/${id}`
}

function isUnanswered(error: unknown): error is AppError {
  return error instanceof AppError && needsAnswer.has(error.code)
}
