import type { ByRelayReason, PrivateWay } from '@nps-desktop/relay-core/api'
import type { Stop, Tunnel } from '@nps-desktop/electron/contract'
import { fiveStops, isServerAway, type TunnelLook } from '../tunnel-state.ts'

/** A way that goes straight to the lab box. */
export type DirectPrivateWay = PrivateWay & { way: 'direct' }

/** Where a direct tunnel leads: the server stands aside. */
const directStopNames: readonly Stop['name'][] = ['laptop', 'lab', 'service']

/** What the reasons have in common: the heading above them. */
const titles: Partial<Record<ByRelayReason, 'notYet' | 'looking' | 'byServer'>> = {
  'not-tried': 'notYet',
  looking: 'looking',
  limited: 'byServer',
  'off-server': 'byServer',
  'off-lab': 'byServer',
  'off-here': 'byServer',
  near: 'byServer',
  older: 'byServer',
}

/** What another try cannot change. */
const fixedReasons: readonly ByRelayReason[] = ['not-tried', 'looking', 'limited', 'off-here', 'near']

/** The lab box lets this laptop ask again only so soon. */
const minAgainMs = 12_000

/** Undefined: it goes through the server, or that is what has to be shown, since it fails there. */
export function directWayOf({ way }: Tunnel, look: TunnelLook): DirectPrivateWay | undefined {
  if (way?.way !== 'direct' || look.look === 'paused') return undefined
  return look.look === 'broken' && !directStopNames.includes(look.stop) ? undefined : way
}

/** Undefined where there is nothing to say: it is broken anyway, is direct, or has no other way; or the server is away, and nothing goes through it. */
export function serverWayOf(
  tunnel: Tunnel,
  { look }: TunnelLook,
): (PrivateWay & { way: 'relay' }) | undefined {
  const { way } = tunnel
  if (way?.way !== 'relay' || way.reason === 'near' || look === 'broken' || look === 'paused')
    return undefined
  return isServerAway(tunnel) ? undefined : way
}

/** What has become of a direct way while the server is away; `atMs`: when it was last known. */
export type AloneWay =
  | { readonly state: 'goes-on' }
  | { readonly state: 'silent' | 'ended'; readonly atMs: number }

/** Undefined: the server is there, or there was no direct way. */
export function aloneWayOf(tunnel: Tunnel, look: TunnelLook): AloneWay | undefined {
  const { way } = tunnel
  if (!isServerAway(tunnel) || look.look === 'paused') return undefined
  if (way?.way === 'relay')
    return way.directAtMs === null ? undefined : { state: 'ended', atMs: way.directAtMs }
  if (way?.way !== 'direct') return undefined
  return look.look === 'unknown' ? { state: 'silent', atMs: look.sinceMs } : { state: 'goes-on' }
}

export function directStops(stops: readonly Stop[]): readonly Stop[] {
  return fiveStops(stops).filter(({ name }) => directStopNames.includes(name))
}

/** How long the way through the server would take, by the last check; null: not known. */
export function standingByMs(stops: readonly Stop[]): number | null {
  const legs = fiveStops(stops).filter(({ name }) => name !== 'laptop' && name !== 'port')
  return legs.reduce<number | null>((sum, { ms }) => (sum === null || ms === null ? null : sum + ms), 0)
}

export function titleOf(reason: ByRelayReason): 'notYet' | 'looking' | 'notDirect' | 'byServer' {
  return titles[reason] ?? 'notDirect'
}

export function canTryNow({ reason }: { reason: ByRelayReason }): boolean {
  return !fixedReasons.includes(reason)
}

export function isJustTried({ triedAtMs }: { triedAtMs: number | null }, nowMs: number): boolean {
  return triedAtMs !== null && nowMs - triedAtMs < minAgainMs
}
