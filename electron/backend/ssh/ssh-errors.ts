import type { SshAddress } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { isPrivateAddress } from './private-address.ts'
import { loginFailure, type SignInAttempt } from './login-failure.ts'

/** What ssh2 adds to its errors: `level` says which layer spoke. */
interface Ssh2Error extends Error {
  readonly level?: string
  readonly code?: string | number
}

/** The failure of a TCP connection to an ssh port, by the code of the operating system. */
export function dialFailure(error: Error & { code?: string }, address: SshAddress): AppError {
  const { host, port } = address
  const params = { host, port }
  switch (error.code) {
    case 'ECONNREFUSED':
      return new AppError(
        'ssh-refused',
        `${host} refuses port ${port}: no SSH server listens there.`,
        params,
        {
          cause: error,
          fixes: [{ action: 'edit-address' }, { action: 'retry' }],
        },
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return new AppError('ssh-unknown-host', `No machine is known by the name ${host}.`, params, {
        cause: error,
        fixes: [{ action: 'edit-address' }, { action: 'retry' }],
      })
    case 'ETIMEDOUT':
      return dialTimeout(address, 0)
    default:
      if (isPrivateAddress(host)) return outOfReach(host, port, error)
      return new AppError(
        'ssh-unreachable',
        `There is no way to ${host} from this computer (${error.code ?? error.message}).`,
        { ...params, reason: error.code ?? error.message },
        { cause: error, fixes: [{ action: 'edit-address' }, { action: 'retry' }] },
      )
  }
}

/** No security group stands in front of such an address: this computer is not in its network. */
function outOfReach(host: string, port: number, cause?: Error): AppError {
  return new AppError(
    'ssh-private-network',
    `${host} is an address of a private network, and this computer gets no answer on port ${port}: it is outside of that network, or its VPN is not connected.`,
    { host, port },
    { cause, fixes: [{ action: 'edit-address' }, { action: 'retry' }] },
  )
}

/** Nothing came back within the deadline; 0: the operating system gave up by itself. */
export function dialTimeout({ host, port }: SshAddress, afterMs: number): AppError {
  if (isPrivateAddress(host)) return outOfReach(host, port)
  const seconds = Math.round(afterMs / 1000)
  return new AppError(
    'ssh-timeout',
    `${host} does not answer on port ${port}${seconds > 0 ? ` within ${seconds} s` : ''}: the address is wrong, the machine is off, or a firewall drops SSH.`,
    { host, port, seconds },
    { fixes: [{ action: 'edit-address' }, { action: 'retry' }] },
  )
}

/** An error that ssh2 reports before the session is ready. `attempt`: null while no sign-in was meant to begin. */
export function handshakeFailure(
  error: Ssh2Error,
  address: SshAddress,
  attempt: SignInAttempt | null,
): AppError {
  const { host, port } = address
  if (error.level === 'client-authentication' && attempt) return loginFailure(address, attempt, error)
  if (error.level === 'client-timeout') return dialTimeout(address, 20_000)
  if (error.level === 'protocol' || /identification/i.test(error.message)) {
    return new AppError(
      'ssh-not-ssh',
      `What answers on ${host}:${port} is not an SSH server.`,
      { host, port },
      {
        cause: error,
        fixes: [{ action: 'edit-address' }],
      },
    )
  }
  if (error.level === 'handshake') {
    return new AppError(
      'ssh-not-ssh',
      `${host}:${port} and this app share no common SSH method (${error.message}).`,
      { host, port, reason: error.message },
      { cause: error, fixes: [{ action: 'edit-address' }] },
    )
  }
  return sessionLost(address, error)
}

/** The connection ended while it was needed. */
export function sessionLost({ host }: SshAddress, cause?: Error): AppError {
  return new AppError(
    'ssh-lost',
    `The SSH connection to ${host} broke off${cause ? ` (${cause.message})` : ''}.`,
    { host, reason: cause?.message ?? '' },
    { cause, fixes: [{ action: 'retry' }] },
  )
}

export function cancelled(): AppError {
  return new AppError('cancelled', 'Stopped on request.', {})
}
