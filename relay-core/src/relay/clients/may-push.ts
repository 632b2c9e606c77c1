import type { ClientSettings } from '../../api/tunnel-settings.ts'

/**
 * Whether a client's agent may bring tunnels. The state file may hold a setting in a form that only a later version reads: it is
 * one that refuses something, so it refuses all.
 */
export function mayPush({ mayPush: may = true }: ClientSettings): boolean {
  const stored: unknown = may
  return stored === true
}

/** Whether a client's agent may say on which of the server's addresses a tunnel that it brings listens. */
export function mayPushAddress({ pushAddress }: ClientSettings): boolean {
  const stored: unknown = pushAddress
  return stored === true
}

/** The only host names that a client's agent may bring; undefined: any that is free. */
export function pushHostsOf({ pushHosts }: ClientSettings): readonly string[] | undefined {
  const stored: unknown = pushHosts
  if (stored === undefined) return undefined
  return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : []
}
