import { RelayError } from '../api/errors.ts'

/** Why the relay on this machine could not be asked, and the next step. */
export function explainControlSocketError(error: Error, path: string): RelayError {
  const { code } = error as NodeJS.ErrnoException
  const params = { path }
  if (code === 'EACCES' || code === 'EPERM') {
    return new RelayError(
      'not-possible-here',
      `${path} may be opened by its owner only. Run this as the user that nps runs as, for root with sudo.`,
      params,
      { cause: error },
    )
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new RelayError(
      'relay-unreachable',
      `nps is not running (nobody listens on ${path}). Start it with "nps start", or "nps" in the foreground.`,
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
