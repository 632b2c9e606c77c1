import type { IncomingMessage } from 'node:http'

const name = 'nps_session'

export interface CookieScope {
  /** The console's base path, without a slash at its end. */
  readonly basePath: string
  /** Only over TLS: the browser then never shows it to a plain connection. */
  readonly secure: boolean
}

/** A `Set-Cookie` value; an empty token with no lifetime takes the cookie away. */
export function sessionCookie(token: string, lifetimeMs: number, { basePath, secure }: CookieScope): string {
  const attributes = `Path=${basePath}/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(lifetimeMs / 1000)}`
  return `${name}=${token}; ${attributes}${secure ? '; Secure' : ''}`
}

export function sessionTokenOf({ headers }: IncomingMessage): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === name)?.[1]
}

/** Browsers send Origin with every POST and WebSocket; what sends none is no browser and brings no foreign cookie. */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host
}
