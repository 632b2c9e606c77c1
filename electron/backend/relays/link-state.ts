import { pauseMs, soonThenLater } from '@nps-desktop/relay-core/async'
import type { ErrorCode, Failure } from '@nps-desktop/electron/contract'

/** The link to a server's relay, once it is set up, as it is at this moment; outage.ts says what the screen makes of it. */
export type LinkState =
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'online'; readonly sinceMs: number; readonly roundTripMs: number | null }
  | {
      readonly state: 'waiting'
      readonly attempt: number
      readonly retryAtMs: number
      readonly failure: Failure
    }
  | { readonly state: 'failed'; readonly failure: Failure }

export type LinkEvent =
  | { readonly type: 'dialling' }
  | { readonly type: 'connected'; readonly atMs: number }
  | { readonly type: 'answered'; readonly roundTripMs: number }
  /** The attempt failed, or a running link was lost. `jitter` is a random number of [0, 1). */
  | { readonly type: 'failed'; readonly failure: Failure; readonly atMs: number; readonly jitter: number }

/** Another attempt would fail the same way: a person has to change something first. */
const giveUp: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'wrong-admin-key',
  'fingerprint-changed',
  'server-identity-changed',
  'version-unsupported',
  'secret-unreadable',
])

export const initialLink: LinkState = { state: 'connecting', attempt: 1 }

/** `attempt` counts the tries since the link was last online. */
export function nextLink(link: LinkState, event: LinkEvent): LinkState {
  switch (event.type) {
    case 'dialling':
      return { state: 'connecting', attempt: link.state === 'waiting' ? link.attempt + 1 : 1 }
    case 'connected':
      return { state: 'online', sinceMs: event.atMs, roundTripMs: null }
    case 'answered':
      return link.state === 'online' ? { ...link, roundTripMs: event.roundTripMs } : link
    case 'failed': {
      if (giveUp.has(event.failure.code)) return { state: 'failed', failure: event.failure }
      const attempt = link.state === 'connecting' ? link.attempt : 0
      const retryAtMs = event.atMs + pauseMs(soonThenLater(attempt), event.jitter)
      return { state: 'waiting', attempt, retryAtMs, failure: event.failure }
    }
  }
}
