import { tokensOf, valuesOf, type RawFields } from '../head.ts'

export interface RequestOrigin {
  /** The visitor's address, without port. */
  readonly address: string
  readonly port: number
  readonly scheme: 'http' | 'https'
}

export interface RequestRewriting {
  /** Replaces the visitor's Host. */
  readonly hostHeader?: string | undefined
  /** Each replaces all fields of the same name that the visitor sent. */
  readonly setHeaders?: Readonly<Record<string, string>> | undefined
  /** Adds X-Forwarded-For, X-Real-IP and X-Forwarded-Proto. */
  readonly addOrigin: boolean
  /** The visitor's Authorization was meant for the relay and is not passed on. */
  readonly dropAuthorization: boolean
  /** The visitor's connection stays open after the answer, and so may the target's: a login may be bound to it. */
  readonly isKept?: boolean | undefined
}

/** These concern one connection, not the message (RFC 9110 §7.6.1); each side has its own framing. */
const ofOneConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** Methods whose requests normally have no body; others state that theirs is empty (RFC 9110 §8.6). */
const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/**
 * The request for the target: the same end-to-end fields, plus the tunnel's changes. With a Host other than the visitor's,
 * its Origin and Referer follow where they name the visited host, since services compare them.
 */
export function rewriteRequest(
  { method, host, headers }: { method: string; host: string; headers: RawFields },
  visit: RequestOrigin,
  { hostHeader, setHeaders = {}, addOrigin, dropAuthorization, isKept = false }: RequestRewriting,
): string[] {
  const replaced: Record<string, string> = { Host: hostHeader ?? host }
  if (addOrigin) {
    replaced['X-Forwarded-For'] = [...valuesOf(headers, 'x-forwarded-for'), visit.address].join(', ')
    replaced['X-Real-IP'] = visit.address
    replaced['X-Forwarded-Proto'] = visit.scheme
  }
  for (const [name, value] of Object.entries(setHeaders)) {
    for (const known of Object.keys(replaced)) if (sameName(known, name)) delete replaced[known]
    replaced[name] = value
  }
  const upgrade = valuesOf(headers, 'upgrade')[0]
  const isUpgrade = isUpgradeRequest(headers)
  const named =
    hostHeader === undefined
      ? headers
      : withOrigins(
          headers,
          ['origin', 'referer'],
          host,
          `${addOrigin ? visit.scheme : 'http'}://${hostHeader}`,
        )
  const kept = endToEnd(
    named,
    (name) =>
      Object.keys(replaced).some((other) => sameName(other, name)) ||
      (dropAuthorization && sameName(name, 'authorization')),
  )
  const isChunked = valuesOf(headers, 'transfer-encoding').length > 0
  const hasLength = valuesOf(headers, 'content-length').length > 0
  return [
    ...Object.entries(replaced).flat(),
    ...kept,
    ...(isChunked ? ['Transfer-Encoding', 'chunked'] : []),
    ...(!isChunked && !hasLength && !bodiless.has(method) ? ['Content-Length', '0'] : []),
    ...(isUpgrade && upgrade !== undefined
      ? ['Connection', 'Upgrade', 'Upgrade', upgrade]
      : ['Connection', isKept ? 'keep-alive' : 'close']),
  ]
}

/** A Location with the Host that the target was told is changed to the one that was visited. */
export function rewriteLocation(
  headers: RawFields,
  { visit, host, hostHeader }: { visit: RequestOrigin; host: string; hostHeader: string | undefined },
): RawFields {
  if (hostHeader === undefined) return headers
  return withOrigins(headers, ['location', 'content-location'], hostHeader, `${visit.scheme}://${host}`)
}

/** Replaces origins with this `host` by `to` in the given fields. */
function withOrigins(headers: RawFields, names: readonly string[], host: string, to: string): RawFields {
  return headers.map((value, at) => {
    if (at % 2 === 0 || !names.includes((headers[at - 1] ?? '').toLowerCase())) return value
    const [origin, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(value) ?? []
    return origin === undefined || authority.toLowerCase() !== host.toLowerCase()
      ? value
      : to + value.slice(origin.length)
  })
}

/** The answer for the visitor; how long its connection lasts is between it and the relay. */
export function rewriteResponse(headers: RawFields): string[] {
  return endToEnd(headers, () => false)
}

/** The answer to an upgrade keeps the two fields that make it an upgrade. */
export function rewriteSwitch(headers: RawFields): string[] {
  const upgrade = valuesOf(headers, 'upgrade')[0]
  return [
    ...endToEnd(headers, () => false),
    'Connection',
    'Upgrade',
    ...(upgrade === undefined ? [] : ['Upgrade', upgrade]),
  ]
}

/**
 * Whether the connection is to switch to another protocol. Not `h2c`: requests inside it would bypass the
 * tunnel's rules. Nor with a body, whose end could not be told from the new protocol's beginning.
 */
export function isUpgradeRequest(headers: RawFields): boolean {
  return (
    valuesOf(headers, 'upgrade').length === 1 &&
    !tokensOf(headers, 'upgrade').some((protocol) => protocol.startsWith('h2')) &&
    tokensOf(headers, 'connection').includes('upgrade') &&
    valuesOf(headers, 'transfer-encoding').length === 0 &&
    valuesOf(headers, 'content-length').every((length) => length === '0')
  )
}

function endToEnd(headers: RawFields, isDropped: (name: string) => boolean): string[] {
  const named = new Set(tokensOf(headers, 'connection'))
  const kept: string[] = []
  let hasLength = false
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2)
    const lower = plainName(name)
    // A visitor must not be able to make the relay drop fields that the target relies on.
    const isNamed = named.has(lower) && lower !== 'content-length' && lower !== 'host'
    if (ofOneConnection.has(lower) || isNamed || isDropped(name)) continue
    if (lower !== 'content-length') kept.push(name, value)
    else if (!name.includes('_') && !hasLength) {
      // Several are identical, or the request would have been refused.
      hasLength = true
      kept.push(name, value.split(',', 1)[0] ?? '')
    }
  }
  return kept
}

function sameName(one: string, other: string): boolean {
  return plainName(one) === plainName(other)
}

/** CGI and WSGI do not distinguish `X_Real_IP` from `X-Real-IP`: a visitor that may not send one may not send the other. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}
