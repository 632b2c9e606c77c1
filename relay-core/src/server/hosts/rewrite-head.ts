/** Header fields as node:http gives and takes them: name, value, name, value, in the sender's order and spelling. */
export type RawHeaders = readonly string[]

export interface Visit {
  /** The visitor's address, without port. */
  readonly address: string
  readonly port: number
  readonly scheme: 'http' | 'https'
}

export interface RequestRewriting {
  /** Replaces the visitor's Host. */
  readonly hostHeader?: string | undefined
  /** Each replaces every field of its name that the visitor sent. */
  readonly setHeaders?: Readonly<Record<string, string>> | undefined
  /** Adds X-Forwarded-For, X-Real-IP and X-Forwarded-Proto. */
  readonly addOrigin: boolean
  /** The visitor's Authorization was meant for the relay, and stays there. */
  readonly dropAuthorization: boolean
}

/** These concern one connection, not the message (RFC 9110 §7.6.1); framing is made anew on each side. */
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

/** Methods whose request means nothing more when it has no body; others say that theirs is empty (RFC 9110 §8.6). */
const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** What the target is asked: one connection a request, the same end-to-end fields, and what the tunnel changes. */
export function rewriteRequest(
  { method, host, headers }: { method: string; host: string; headers: RawHeaders },
  visit: Visit,
  { hostHeader, setHeaders = {}, addOrigin, dropAuthorization }: RequestRewriting,
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
  const kept = endToEnd(
    headers,
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
      : ['Connection', 'close']),
  ]
}

/** What the visitor is answered; how long its own connection lasts is between it and the relay. */
export function rewriteResponse(headers: RawHeaders): string[] {
  return endToEnd(headers, () => false)
}

/** The answer to an upgrade keeps the two fields that make it one. */
export function rewriteSwitch(headers: RawHeaders): string[] {
  const upgrade = valuesOf(headers, 'upgrade')[0]
  return [
    ...endToEnd(headers, () => false),
    'Connection',
    'Upgrade',
    ...(upgrade === undefined ? [] : ['Upgrade', upgrade]),
  ]
}

/**
 * Whether the connection shall speak another protocol from here on. Not `h2c`: requests inside it would pass by the
 * rules of the tunnel. Nor with a body, whose end nobody could tell from the new protocol's beginning.
 */
export function isUpgradeRequest(headers: RawHeaders): boolean {
  const upgrades = valuesOf(headers, 'upgrade')
  return (
    upgrades.length === 1 &&
    !tokens(upgrades).some((protocol) => protocol.startsWith('h2')) &&
    tokens(valuesOf(headers, 'connection')).includes('upgrade') &&
    valuesOf(headers, 'transfer-encoding').length === 0 &&
    valuesOf(headers, 'content-length').every((length) => length === '0')
  )
}

export function valuesOf(headers: RawHeaders, name: string): string[] {
  return headers.filter((_, index) => index % 2 === 1 && sameName(headers[index - 1] ?? '', name))
}

function endToEnd(headers: RawHeaders, isDropped: (name: string) => boolean): string[] {
  const named = new Set(tokens(valuesOf(headers, 'connection')))
  const kept: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2)
    const lower = name.toLowerCase()
    // A visitor must not be able to have the relay drop what the target relies on.
    const isNamed = named.has(lower) && lower !== 'content-length' && lower !== 'host'
    if (!ofOneConnection.has(lower) && !isNamed && !isDropped(name)) kept.push(name, value)
  }
  return kept
}

function tokens(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).map((token) => token.trim().toLowerCase())
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
