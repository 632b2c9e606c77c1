import { RelayError } from '../api/errors.ts'
import type { ControlPath } from './control-path.ts'

/** Why the relay on this machine could not be asked, and the next step. */
export function explainControlError(
  error: Error,
  { address: path, folder, isProved }: ControlPath,
): RelayError {
  const { code } = error as NodeJS.ErrnoException
  const params = { path }
  if (code === 'EACCES' || code === 'EPERM') {
    // Whoever may read a pipe's admin key may use the pipe.
    const [what, administrator] = isProved ? [folder, 'an administrator'] : [path, 'root with sudo']
    return new RelayError(
      'not-possible-here',
      `${what} may be opened by its owner only. Run this as the user that nps runs as, for ${administrator}.`,
      params,
      { cause: error },
    )
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new RelayError(
      'relay-unreachable',
      `nps is not running (nobody listens on ${path}). Start it with "nps start", or "nps" in the foreground. Was it started with -conf_path? Then give this command the same.`,
      params,
      { cause: error },
    )
  }
  return new RelayError(
    'relay-unreachable',
    `nps on this machine did not answer: ${error.message}.`,
    params,
    {
      cause: error,
    },
  )
}
