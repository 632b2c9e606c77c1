import { isIP } from 'node:net'
import { RelayError } from '../../api/errors.ts'

/**
 * The address of a webhook: https, so that nobody on the way learns its key; plain http to this machine alone.
 * @throws RelayError `invalid-input`
 */
export function readAddress(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw wrong('The webhook needs a whole address such as https://open.feishu.cn/open-apis/bot/v2/hook/...')
  }
  if (url.username !== '' || url.password !== '')
    throw wrong('The address of a webhook cannot hold a user name or a password.')
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!isSafe)
    throw wrong('The address of a webhook begins with https://; http:// is for this machine alone.')
  return url
}

/** By what is written, never by what a name leads to, which may change. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  )
}

function wrong(message: string): RelayError {
  return new RelayError('invalid-input', message, { what: 'webhook' })
}

/** A text of someone else's in which the address and the secret could stand, without them. */
export function withoutSecrets(
  text: string,
  { url, secret }: { url: string; secret: string | null },
): string {
  const { pathname, search, searchParams } = new URL(url)
  const secrets = [url, pathname + search, search, pathname, ...pathname.split('/'), ...searchParams.values()]
  if (secret !== null) secrets.push(secret)
  // Shorter ones are words of the service, such as "robot" and "send".
  const long = secrets.filter((one) => one.length >= 12).sort((a, b) => b.length - a.length)
  return long.reduce((rest, one) => rest.replaceAll(one, '***'), text)
}
