/** A port from 1 to 65535, or null. */
export function parsePort(text: string): number | null {
  if (!/^\d{1,5}$/.test(text.trim())) return null
  const port = Number(text)
  return port >= 1 && port <= 65_535 ? port : null
}

/** `host:port`, an IPv6 host in brackets, as the relay's contract wants it; or null. */
export function parseTarget(text: string): string | null {
  const match = /^(\[[0-9a-fA-F:.%]+\]|[^\s:/[\]]{1,253}):(\d{1,5})$/.exec(text.trim())
  return match?.[2] && parsePort(match[2]) !== null ? text.trim() : null
}
