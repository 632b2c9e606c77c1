import type { Duplex } from 'node:stream'
import type { SshAddress } from '@nps-desktop/electron/contract'
import { untilEvent } from '@nps-desktop/relay-core/async'
import ssh2, { type AuthenticationType, type ConnectConfig, type NextAuthHandler } from 'ssh2'
import { AppError } from '../failures/app-error.ts'
import type { HostKeyRecord, HostKeyStore } from '../storage/records.ts'
import { dialSsh } from './dial-ssh.ts'
import { describeHostKey, hostKeyAlgorithms, type SeenHostKey } from './keys/host-key.ts'
import { type SignInMethod, signInMethods, type SignInTalk, type UsableSecret } from './sign-in.ts'
import { loginFailure } from './login-failure.ts'
import { cancelled, handshakeFailure, sessionLost } from './ssh-errors.ts'
import { watchIdent } from './server-ident.ts'
import { SshSession } from './ssh-session.ts'
import { wayThrough } from './way.ts'

/** A machine and how to sign in; through `jump` when it has no address that this computer reaches. */
export interface SshTarget {
  readonly address: SshAddress
  readonly secret: UsableSecret
  readonly jump?: SshTarget
  /** Where a tunnel leads to the same sshd: dialled instead of `address`, whose host key it has to show all the same. */
  readonly by?: { readonly host: string; readonly port: number }
}

export const connectTimeoutMs = 10_000
export const signInTimeoutMs = 20_000
/** Three unanswered in a row end the session: a dead way is known within 20 s. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 3 }

/**
 * Opens a session on a machine whose host key was confirmed before. No secret leaves this computer before the pinned
 * key has proved itself. Rejects with the `ssh-…`, `host-key-…`, `login-…`, `second-factor-needed`,
 * `password-expired`, `key-…` and `agent-unavailable` codes.
 */
export async function openSession(
  target: SshTarget,
  { hostKeys, signal }: { hostKeys: HostKeyStore; signal: AbortSignal },
): Promise<SshSession> {
  if (signal.aborted) throw cancelled()
  const { address } = target
  const pinned = hostKeys.get({ ...address, way: wayThrough(target.jump?.address) })
  if (!pinned) throw unconfirmed(address)
  const talk: SignInTalk = { said: [], unanswered: null, wantsNewPassword: false }
  const methods = await signInMethods(address.user, target.secret, talk)
  const way = await openWay(target, { hostKeys, signal })
  try {
    const session = await signIn(way.socket, address, { methods, talk, pinned, hostKeys, signal })
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
  { hostKeys, signal }: { hostKeys: HostKeyStore; signal: AbortSignal },
): Promise<SshWay> {
  if (by || !jump) {
    const socket = await dialSsh({ ...address, ...by }, { timeoutMs: connectTimeoutMs, signal })
    return { socket, close: () => socket.destroy() }
  }
  const session = await openSession(jump, { hostKeys, signal })
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
  address: SshAddress,
  {
    methods,
    talk,
    pinned,
    hostKeys,
    signal,
  }: {
    methods: readonly SignInMethod[]
    talk: SignInTalk
    pinned: HostKeyRecord
    hostKeys: HostKeyStore
    signal: AbortSignal
  },
): Promise<SshSession> {
  if (signal.aborted) throw cancelled()
  const client = new ssh2.Client()
  const ident = watchIdent(socket)
  let offered: readonly string[] = []
  const tried: string[] = []
  const accepted: string[] = []
  let seen: SeenHostKey | undefined
  const waiting = [...methods]
  const authHandler = (
    left: AuthenticationType[] | null,
    partial: boolean | null,
    next: NextAuthHandler,
  ): void => {
    // The first question carries no secret: it asks which ways there are.
    if (left === null) return next('none')
    if (offered.length === 0 || partial === true) offered = left
    if (partial === true) accepted.push(...tried.slice(-1))
    const index = waiting.findIndex((method) => left.includes(method.name))
    const [method] = index < 0 ? [] : waiting.splice(index, 1)
    if (method) tried.push(method.name)
    // ssh2 takes `false` for "no more"; its types do not know it
    next(method ? method.auth : (false as unknown as AuthenticationType))
  }
  // what is said before anything was tried is a notice to everybody
  client.on('banner', (text) => tried.length > 0 && talk.said.push(text))
  const signedIn = untilEvent(
    client,
    {
      ready: () => {
        client.removeAllListeners()
        // it was confirmed before keys were kept whole
        if (seen && pinned.key === null) hostKeys.learn(pinned, seen.key)
        return new SshSession(address, client, { isWindows: ident.isWindows() })
      },
      'change password': () => {
        talk.wantsNewPassword = true
        throw loginFailure(address, { offered, tried, accepted, talk })
      },
      close: () => {
        throw sessionLost(address)
      },
      error: (error: Error) => {
        if (seen && seen.fingerprint !== pinned.fingerprint) throw changed(address, seen, pinned)
        throw handshakeFailure(error, address, { offered, tried, accepted, talk })
      },
    },
    { signal },
  )
  try {
    client.connect({
      sock: socket as NonNullable<ConnectConfig['sock']>,
      username: address.user,
      readyTimeout: signInTimeoutMs,
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
    throw signal.aborted ? cancelled() : error
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
