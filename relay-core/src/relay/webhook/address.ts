import { RelayError } from '../../api/errors.ts'
import { isWebhookAddress } from '../../api/webhook/webhook-address.ts'

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
  // Shorter parts of a path are words of the service, such as "robot" and "send".
  const path = [url, pathname + search, search, pathname, ...pathname.split('/')].filter(
    (one) => one.length >= 12,
  )
  const values = [...search.slice(1).split('&').map(valueOf), ...searchParams.values()]
  // As they stand in the address, and as they are meant.
  const secrets = new Set([...path, ...path.map(decoded), ...values, secret ?? ''])
  secrets.delete('')
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length)
  return longestFirst.reduce((rest, one) => rest.replaceAll(one, '***'), text)
}

/** What is no text in percent-encoding stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function valueOf(parameter: string): string {
  return parameter.slice(parameter.indexOf('=') + 1)
}
