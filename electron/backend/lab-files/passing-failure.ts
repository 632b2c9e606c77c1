import type { ErrorCode, Failure } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import { windowBytes } from './copy/pump.ts'

/** The lab box, or the way to it, is away at the moment: to be tried again without being asked. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'ssh-lost',
  'ssh-refused',
  'ssh-timeout',
  'ssh-unreachable',
  'ssh-unknown-host',
  'ssh-private-network',
  'ssh-jump-failed',
  'ssh-not-ssh',
  'ssh-session-refused',
  'laptop-offline',
  'agent-offline',
  'relay-unreachable',
  'server-silent',
])

/** Whether a transfer that ended so goes on by itself. */
export function isPassing(error: unknown): error is AppError {
  return error instanceof AppError && passing.has(error.code)
}

/** Of a full disk, or a page that was closed, a person asks what has become of the rest. */
export function withKept(failure: Failure, keptBytes: number): Failure {
  if (failure.code === 'disk-is-full') return { ...failure, params: { ...failure.params, keptBytes } }
  if (failure.code === 'laptop-disk-full') return { ...failure, params: { ...failure.params, keptBytes } }
  // of what was on its way last nothing is gone on with
  if (failure.code === 'page-closed' && keptBytes > windowBytes)
    return { ...failure, params: { ...failure.params, keptBytes } }
  return failure
}
