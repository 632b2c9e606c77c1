/** What an ssh command, or `user@host:port`, says about where to sign in; only what it names. */
export interface SshLine {
  readonly host: string
  readonly user?: string
  readonly port?: number
}

/**
 * Reads `ssh -p 2222 root@120.1.1.2`, `root@120.1.1.2:2222` or `[::1]:22` out of what was pasted into the address.
 * Null for a plain host name, which needs no reading.
 */
export function readSshLine(pasted: string): SshLine | null {
  const text = pasted.trim().replace(/^ssh\s+/, '')
  const wasCommand = text !== pasted.trim()
  const portOption = /(?:^|\s)-p\s*(\d{1,5})(?=\s|$)/.exec(text)
  const userOption = /(?:^|\s)-l\s*(\S+)/.exec(text)
  const rest = text.replace(/(?:^|\s)-[pl]\s*\S+/g, ' ').trim()
  const match = /^(?:([^\s@]+)@)?(\[[0-9a-fA-F:.]+\]|[^\s:@[\]]+)(?::(\d{1,5}))?$/.exec(rest)
  const host = match?.[2]?.replace(/^\[|\]$/g, '')
  if (!match || !host) return null
  const user = match[1] ?? userOption?.[1]
  const port = Number(match[3] ?? portOption?.[1] ?? 0)
  if (!wasCommand && user === undefined && port === 0) return null
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port >= 1 && port <= 65535 ? { port } : {}),
  }
}
