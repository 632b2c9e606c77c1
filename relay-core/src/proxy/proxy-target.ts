import type { Target } from '../session/agent-session.ts'

/** What a visitor of an HTTP proxy asks for; `path` is the request target for the target. */
export interface ProxyTarget extends Target {
  /** As the visitor wrote it: the target's Host. */
  readonly authority: string
  readonly path: string
}

const httpPort = 80

/** `host:port` of a CONNECT (RFC 9110 §9.3.6), an IPv6 address in brackets. Undefined if it is not one. */
export function parseConnectTarget(text: string): Target | undefined {
  const { host, port } = parseAuthority(text) ?? {}
  return host !== undefined && port !== undefined ? { host, port } : undefined
}

/** The absolute form of a request (RFC 9112 §3.2.2). Undefined if it is not one, or not `http`. */
export function parseRequestTarget(url: string): ProxyTarget | undefined {
  const [, authority = '', rest = ''] = /^http:\/\/([^/?#]*)([^#]*)$/i.exec(url) ?? []
  const { host, port = httpPort } = parseAuthority(authority) ?? {}
  if (host === undefined) return undefined
  return { host, port, authority, path: rest.startsWith('/') ? rest : `/${rest}` }
}

function parseAuthority(text: string): { host: string; port: number | undefined } | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([^\s\p{C}:/?#@[\]]{1,253}))(?::(\d{1,5}))?$/iu.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? undefined : Number(match[3])
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined
  return { host, port }
}
