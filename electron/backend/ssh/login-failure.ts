import type { SshAddress } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { machineWords } from './no-shell.ts'

/** What the machine said and asked during one sign-in, for the words of a failure. */
export interface SignInTalk {
  /** Its own words, in order. */
  readonly said: string[]
  /** A question that nobody has answered, such as for the code of a second factor. */
  unanswered: string | null
  /** It wants a new password before anything else. */
  wantsNewPassword: boolean
  /** It did not take what a person has answered. */
  isRefused: boolean
}

/** How far a sign-in came. */
export interface SignInAttempt {
  /** The methods that the server names; after a partial success those that are still wanted. */
  readonly offered: readonly string[]
  readonly tried: readonly string[]
  /** Taken, but not enough alone (RFC 4252 §5.1, partial success). */
  readonly accepted: readonly string[]
  readonly talk: SignInTalk
}

/** Why a machine let nobody in, in its own words where it has some. */
export function loginFailure(
  { host, user }: SshAddress,
  { offered, tried, accepted, talk }: SignInAttempt,
  cause?: Error,
): AppError {
  const said = machineWords(talk.said.join(' '))
  const words = said === '' ? '' : ` It said: ${said}`
  if (talk.wantsNewPassword) {
    return new AppError(
      'password-expired',
      `The password of ${user} on ${host} has expired; it has to be changed there first.${words}`,
      { host, user, ...(said === '' ? {} : { said }) },
      { cause, fixes: [{ action: 'copy', text: `ssh ${user}@${host}` }, { action: 'retry' }] },
    )
  }
  if (talk.unanswered !== null) {
    const prompt = machineWords(talk.unanswered)
    return new AppError(
      'second-factor-needed',
      `${host} asks ${user} for more than this app knows: "${prompt}", and was given no answer.${words}`,
      { host, user, prompt },
      { cause, fixes: [{ action: 'retry' }] },
    )
  }
  if (talk.isRefused) {
    return new AppError(
      'second-factor-rejected',
      `${host} did not accept what was typed for ${user}.${words}`,
      { host, user },
      { cause, fixes: [{ action: 'retry' }, { action: 'enter-secret' }] },
    )
  }
  const methods = offered.join(', ')
  if (accepted.length > 0) {
    return new AppError(
      'login-needs-more',
      `${host} accepted the ${accepted.join(', ')} of ${user}, but wants ${methods} as well.${words}`,
      { host, user, accepted: accepted.join(', '), methods },
      { cause, fixes: [{ action: 'enter-secret' }] },
    )
  }
  const untried = tried.length === 0 && offered.length > 0
  return new AppError(
    'login-rejected',
    untried
      ? `${host} does not take this kind of sign-in for ${user}; it offers: ${methods}.`
      : `${host} did not accept the sign-in of ${user}.${words}`,
    { host, user, methods, tried: tried.join(', '), ...(said === '' ? {} : { said }) },
    { cause, fixes: [{ action: 'enter-secret' }, { action: 'edit-address' }] },
  )
}
