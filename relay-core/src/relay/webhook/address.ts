import { RelayError } from '../../api/errors.ts'
import { isWebhookAddress } from '../../api/webhook-address.ts'

/** @throws RelayError `invalid-input` */
export function readAddress(text: string): URL {
  if (isWebhookAddress(text)) return new URL(text)
  const message =
    'The address of a webhook begins with https:// (http:// is for this machine alone) and holds no user name.'
  throw new RelayError('invalid-input', message, { what: 'webhook' })
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
