/** What the line that `nps connect` prints carries. */
export interface ConnectLink {
  readonly host: string
  readonly bridgePort: number
  readonly adminKey: string
  /** Empty: whatever identity answers is pinned and shown. */
  readonly fingerprint: string
}

const scheme = 'nps-desktop:'
const defaultBridgePort = 8024

/**
 * Reads `nps-desktop://connect?host=…&port=…&key=…&fingerprint=…` out of what was pasted; words around it are ignored.
 * Null when there is no such line, or it lacks the host or the key.
 */
export function readConnectLink(pasted: string): ConnectLink | null {
  const found = /nps-desktop:\/\/connect\/?\?\S+/.exec(pasted)?.[0]
  if (found === undefined || !URL.canParse(found)) return null
  const url = new URL(found)
  if (url.protocol !== scheme) return null
  const host = url.searchParams.get('host')?.trim() ?? ''
  const adminKey = url.searchParams.get('key')?.trim() ?? ''
  const bridgePort = Number(url.searchParams.get('port') ?? defaultBridgePort)
  if (host === '' || adminKey === '') return null
  if (!Number.isInteger(bridgePort) || bridgePort < 1 || bridgePort > 65535) return null
  return { host, bridgePort, adminKey, fingerprint: url.searchParams.get('fingerprint')?.trim() ?? '' }
}
