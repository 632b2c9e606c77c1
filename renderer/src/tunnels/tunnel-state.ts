import { stopNames, tunnelUse } from '@nps-desktop/electron/contract'
import type { Failure, Fix, Stop, Tunnel, TunnelKind } from '@nps-desktop/electron/contract'
import type { IconName } from '../ui/icons.ts'
import type { Tone } from '../ui/StatusMark.vue'

/** How long a proof counts: all five stops answered within this time, or it is not green. */
export const provedForMs = 30_000
/** How long an expired proof may be called "Checking" before it is called not known. */
const checkingForMs = 90_000

/** A tunnel's state as the screen says it at `nowMs`. Green expires here too, should the backend fall silent. */
export type TunnelLook =
  | { look: 'ready'; ms: number }
  /** All that can be asked has answered; over UDP the service cannot. */
  | { look: 'unproved' }
  | { look: 'checking' }
  | { look: 'broken'; stop: Stop['name']; sinceMs: number; failure: Failure }
  | { look: 'paused' }
  | { look: 'unknown'; sinceMs: number }

export function tunnelLook(tunnel: Tunnel, nowMs: number): TunnelLook {
  const { status } = tunnel
  switch (status.state) {
    case 'ready':
    case 'unproved': {
      const age = nowMs - status.checkedAtMs
      if (age <= provedForMs)
        return status.state === 'ready' ? { look: 'ready', ms: status.ms } : { look: 'unproved' }
      return age <= checkingForMs ? { look: 'checking' } : { look: 'unknown', sinceMs: status.checkedAtMs }
    }
    case 'checking':
      return { look: 'checking' }
    case 'broken':
      return { look: 'broken', stop: status.stop, sinceMs: status.sinceMs, failure: status.failure }
    case 'paused':
      return { look: 'paused' }
    case 'unknown':
      return { look: 'unknown', sinceMs: status.sinceMs }
  }
}

/** That the server is away is known from its link; what lies beyond it is not. */
export function isServerAway({ stops }: Tunnel): boolean {
  return stops.some(({ name, state }) => name === 'server' && state === 'failed')
}

/** Nothing is proved now: no stop is drawn green. */
export function isNothingProved(tunnel: Tunnel, { look }: TunnelLook): boolean {
  return look !== 'ready' && look !== 'unproved' && look !== 'broken' && !isServerAway(tunnel)
}

export const lookTones: Record<TunnelLook['look'], Tone> = {
  ready: 'ready',
  unproved: 'off',
  checking: 'try',
  broken: 'fail',
  paused: 'off',
  unknown: 'off',
}

export const kindIcons: Record<TunnelKind, IconName> = {
  ssh: 'terminal',
  jupyter: 'book',
  tensorboard: 'board',
  code: 'window',
  rdp: 'screen',
  vnc: 'screen',
  llm: 'chat',
  web: 'globe',
  tcp: 'arrows',
  udp: 'pulse',
  socks5: 'net',
  httpProxy: 'globe',
  host: 'web',
  file: 'folder',
}

/** What the one button of a row does: its job, or the next step when that is not possible. */
export type RowAction =
  | { do: 'copy-address' }
  | { do: 'open' }
  | { do: 'start' }
  | { do: 'see-why' }
  | { do: 'fix'; fix: Fix }

/** Not by one click in a row: the tunnel's page first explains what is asked. */
const needsWords: ReadonlySet<Fix['action']> = new Set([
  'edit-address',
  'accept-change',
  'keep-private',
  'allow-target',
  'share-folder',
])

export function rowAction(tunnel: Tunnel, look: TunnelLook): RowAction {
  if (look.look === 'paused') return { do: 'start' }
  if (look.look === 'broken') {
    const fix = look.failure.fixes.find(({ action }) => action !== 'retry') ?? look.failure.fixes[0]
    return fix && !needsWords.has(fix.action) ? { do: 'fix', fix } : { do: 'see-why' }
  }
  return jobOf(tunnel.kind)
}

/** What the tunnel is for: its address copied, or its page opened. */
export function jobOf(kind: TunnelKind): RowAction {
  return tunnelUse(kind) === 'open-page' ? { do: 'open' } : { do: 'copy-address' }
}

/** The five stops in their order; those that were not asked yet are unknown. */
export function fiveStops(stops: readonly Stop[]): readonly Stop[] {
  return stopNames.map(
    (name) => stops.find((stop) => stop.name === name) ?? { name, state: 'unknown', ms: null, failure: null },
  )
}
