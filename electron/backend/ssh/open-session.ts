import type { Duplex } from 'node:stream'
import type { SshAddress } from '@nps-desktop/electron/contract'
import { type Clock, systemClock, untilEvent } from '@nps-desktop/relay-core/async'
import ssh2, { type AuthenticationType, type ConnectConfig, type NextAuthHandler } from 'ssh2'
import { AppError } from '../failures/app-error.ts'
import type { HostKeyRecord, HostKeyStore } from '../storage/records.ts'
import { dialSsh } from './dial-ssh.ts'
import { describeHostKey, hostKeyAlgorithms, type SeenHostKey } from './keys/host-key.ts'
import type { AskPerson } from './ask-person.ts'
import { loginFailure } from './login-failure.ts'
import { SshSignIn, type SignInMethod, type UsableSecret } from './ssh-sign-in.ts'
import { signInMethods } from './sign-in-methods.ts'
import { cancelled, dialTimeout, handshakeFailure, sessionLost } from './ssh-errors.ts'
import { watchIdent } from './server-ident.ts'
import { prepareKeys } from './library/prepared-keys.ts'
import { SshConnection } from './ssh-connection.ts'
import { SshSession } from './ssh-session.ts'
import { wayThrough } from './way.ts'

/** A machine and how to sign in; through `jump` when it has no address that this computer reaches. */
export interface SshTarget {
  readonly address: SshAddress
  /** As the person calls it; its host without one. */
  readonly name?: string
  readonly secret: UsableSecret
  readonly jump?: SshTarget
  /** Where a tunnel leads to the same sshd: dialled instead of `address`, whose host key it has to show all the same. */
  readonly by?: { readonly host: string; readonly port: number }
}

export interface OpenSessionOptions {
  readonly hostKeys: HostKeyStore
  /** Answers what the machine asks beside the secret. Without it nobody is asked. */
  readonly ask?: AskPerson | undefined
  /** Of the time that a machine has. */
  readonly clock?: Clock
  readonly signal: AbortSignal
}

export const connectTimeoutMs = 10_000
/** Without the time in which a person is asked, which has a limit of its own. */
export const signInTimeoutMs = 20_000
/** Three unanswered in a row end the session: a dead way is known within 20 s. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 3 }

/**
 * Opens a session on a machine whose host key was confirmed before. No secret leaves this computer before the pinned
 * key has proved itself. Rejects with the `ssh-…`, `host-key-…`, `login-…`, `second-factor-…`,
 * `password-expired`, `key-…` and `agent-unavailable` codes.
 */
export async function openSession(target: SshTarget, options: OpenSessionOptions): Promise<SshSession> {
  const { hostKeys, signal } = options
  if (signal.aborted) throw cancelled()
  const { address } = target
  const pinned = hostKeys.get({ ...address, way: wayThrough(target.jump?.address) })
  if (!pinned) throw unconfirmed(address)
  const methods = await signInMethods(address.user, target.secret)
  const way = await openWay(target, options)
  try {
    const session = await signIn(way.socket, target, { ...options, methods, pinned })
    void session.closed.then(way.close)
    return session
  } catch (error) {
    way.close()
    throw error
  }
}

interface SshWay {
  readonly socket: Duplex
  close(): void
}

/** The byte stream to the machine's ssh port: a TCP connection, or a channel through the jump host. */
export async function openWay(
  { address, jump, by }: Pick<SshTarget, 'address' | 'jump' | 'by'>,
  options: OpenSessionOptions,
): Promise<SshWay> {
  const { signal } = options
  if (by || !jump) {
    const socket = await dialSsh({ ...address, ...by }, { timeoutMs: connectTimeoutMs, signal })
    return { socket, close: () => socket.destroy() }
  }
  const session = await openSession(jump, options)
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)])
  try {
    const socket = await session.forward(address.host, address.port, { signal: deadline })
    return { socket, close: () => (socket.destroy(), session.close()) }
  } catch (error) {
    session.close()
    if (signal.aborted) throw cancelled()
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'ssh-jump-failed',
      `${jump.address.host} could not reach ${address.host}:${address.port} (${reason}).`,
      { jump: jump.address.host, host: address.host, port: address.port, reason },
      { cause: error, fixes: [{ action: 'edit-address' }, { action: 'retry' }] },
    )
  }
}

async function signIn(
  socket: Duplex,
  { address, name, secret }: SshTarget,
  {
    methods,
    pinned,
    hostKeys,
    ask,
    clock = systemClock,
    signal,
  }: OpenSessionOptions & { readonly methods: readonly SignInMethod[]; readonly pinned: HostKeyRecord },
): Promise<SshSession> {
  if (signal.aborted) throw cancelled()
  const client = new ssh2.Client()
  const ident = watchIdent(socket)
  const over = new AbortController()
  let reason: Error | null = null
  const giveUp = (why: Error): void => {
    reason ??= why
    over.abort()
  }
  const limit = new MachineTime(signInTimeoutMs, () => giveUp(dialTimeout(address, signInTimeoutMs)), clock)
  const login = new SshSignIn({
    address,
    machine: name ?? address.host,
    secret,
    methods,
    ask: ask && ((question, options) => limit.without(() => ask(question, options))),
    signal: AbortSignal.any([signal, over.signal]),
    giveUp,
  })
  let seen: SeenHostKey | undefined
  const authHandler = (
    left: AuthenticationType[] | null,
    partial: boolean | null,
    next: NextAuthHandler,
  ): void => {
    // The first question carries no secret: it asks which ways there are.
    if (left === null) return next('none')
    // ssh2 takes `false` for "no more"; its types do not know it
    const end = false as unknown as AuthenticationType
    const choose = async (): Promise<void> => next((await login.next(left, partial === true)) ?? end)
    choose().catch(giveUp)
  }
  client.on('banner', (text) => login.hear(text))
  /** A machine that waits in vain for an answer, or has had its fill of wrong ones, hangs up. */
  const lost = (error?: Error): Error => {
    const { talk } = login.attempt
    if (talk.unanswered !== null || talk.isRefused) return loginFailure(address, login.attempt, error)
    return error ? handshakeFailure(error, address, login.attempt) : sessionLost(address)
  }
  const signedIn = untilEvent(
    client,
    {
      ready: () => {
        client.removeAllListeners()
        prepareKeys(client)
        // it was confirmed before keys were kept whole
        if (seen && pinned.key === null) hostKeys.learn(pinned, seen.key)
        return new SshSession(new SshConnection(address, client, { isWindows: ident.isWindows(), clock }))
      },
      'change password': () => {
        throw login.wantsNewPassword()
      },
      close: () => {
        throw lost()
      },
      error: (error: Error) => {
        if (seen && seen.fingerprint !== pinned.fingerprint) throw changed(address, seen, pinned)
        throw lost(error)
      },
    },
    { signal: AbortSignal.any([signal, over.signal]) },
  )
  try {
    client.connect({
      sock: socket as NonNullable<ConnectConfig['sock']>,
      username: address.user,
      // `limit` knows when a person is being asked
      readyTimeout: 0,
      ...keepalive,
      algorithms: { serverHostKey: hostKeyAlgorithms(pinned.algorithm) },
      hostVerifier: (blob: Buffer) => {
        seen = describeHostKey(blob)
        return seen.fingerprint === pinned.fingerprint
      },
      authHandler: authHandler as NonNullable<ConnectConfig['authHandler']>,
    })
    return await signedIn
  } catch (error) {
    client.removeAllListeners()
    client.on('error', () => undefined)
    client.destroy()
    throw signal.aborted ? cancelled() : (reason ?? error)
  } finally {
    limit[Symbol.dispose]()
    over.abort()
  }
}

/** The time that a machine has; it stands still while a person is asked. */
class MachineTime implements Disposable {
  readonly #start: () => Disposable
  #timer: Disposable
  #isOver = false

  constructor(timeoutMs: number, onTimeout: () => void, clock: Clock) {
    this.#start = () => clock.after(timeoutMs, onTimeout)
    this.#timer = this.#start()
  }

  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#timer[Symbol.dispose]()
    try {
      return await work()
    } finally {
      if (!this.#isOver) this.#timer = this.#start()
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#timer[Symbol.dispose]()
  }
}

function unconfirmed({ host, port }: SshAddress): AppError {
  return new AppError('host-key-unconfirmed', `The host key of ${host}:${port} was not confirmed yet.`, {
    host,
    port,
  })
}

function changed({ host, port }: SshAddress, seen: SeenHostKey, pinned: HostKeyRecord): AppError {
  return new AppError(
    'host-key-changed',
    `${host} shows a different host key. Expected ${pinned.fingerprint}, got ${seen.fingerprint}. Either the machine was reinstalled, or someone is intercepting the connection. Nothing was sent.`,
    { host, port, expected: pinned.fingerprint, actual: seen.fingerprint },
    { fixes: [{ action: 'accept-host-key', fingerprint: seen.fingerprint }] },
  )
}
