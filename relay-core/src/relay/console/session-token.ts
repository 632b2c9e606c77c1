import type { IncomingMessage } from 'node:http'

/**
 * The page keeps its session's token in sessionStorage and sends it in this header. A cookie would be sent to every
 * port of the server, so to every lab's page behind a tunnel; and no page of another origin can set this header.
 */
const header = 'x-nps-session'

export function sessionTokenOf({ headers }: IncomingMessage): string | undefined {
  const value = headers[header]
  return typeof value === 'string' ? value : undefined
}

const scriptCookie = 'nps_script'

export interface CookieScope {
  /** The console's base path, without a slash at its end. */
  readonly basePath: string
  /** Only over TLS. */
  readonly secure: boolean
}

/** For scripts that log in to stock by `POST /login/verify`: no browser gets one. */
export function cookieForScripts(
  token: string,
  lifetimeMs: number,
  { basePath, secure }: CookieScope,
): string {
  const attributes = `Path=${basePath}/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(lifetimeMs / 1000)}`
  return `${scriptCookie}=${token}; ${attributes}${secure ? '; Secure' : ''}`
}

export function scriptTokenOf({ headers }: IncomingMessage): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([key]) => key === scriptCookie)?.[1]
}

/** Browsers say where every POST comes from; programs do not. */
export function isFromBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
}

/** Browsers send Origin with every POST and WebSocket; a client without it is not a browser. */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host
}
