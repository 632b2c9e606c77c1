import { pauseMs, soonThenLater, type Pause } from '../async/time/backoff.ts'
import { retryRule, type LinkFailure, type RetryRule } from './retry-rule.ts'

export type AgentState =
  | { readonly state: 'stopped' }
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'online'; readonly attempt: number; readonly sinceMs: number }
  | {
      readonly state: 'waiting'
      readonly attempt: number
      readonly retryAtMs: number
      readonly reason: LinkFailure
    }
  | { readonly state: 'failed'; readonly reason: LinkFailure }

export type AgentEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'welcomed' }
  | { readonly type: 'lost'; readonly reason: LinkFailure }
  | { readonly type: 'retry' }
  /** Addresses or routes of this machine have changed, or it woke up. */
  | { readonly type: 'network-changed' }

const steady: Pause = [4_000, 6_000]
const minPoliteMs = 30_000
const maxPoliteMs = 300_000

/** A link that lasted this long was a good one: the next attempt starts counting from one. */
const goodLinkMs = 10_000

/** What the agent's state becomes. Pure: `nowMs` and `random` (0 to 1) come from outside. */
export function nextAgentState(
  state: AgentState,
  event: AgentEvent,
  { nowMs, random }: { nowMs: number; random: number },
): AgentState {
  switch (event.type) {
    case 'start':
      return state.state === 'stopped' ? { state: 'connecting', attempt: 1 } : state
    case 'stop':
      return state.state === 'failed' ? state : { state: 'stopped' }
    case 'welcomed':
      return state.state === 'connecting'
        ? { state: 'online', attempt: state.attempt, sinceMs: nowMs }
        : state
    case 'network-changed':
      return state.state === 'waiting' && retryRule[state.reason.code] === 'soon'
        ? { state: 'connecting', attempt: state.attempt + 1 }
        : state
    case 'retry':
      return state.state === 'waiting' ? { state: 'connecting', attempt: state.attempt + 1 } : state
    case 'lost':
      return afterLoss(state, event.reason, { nowMs, random })
  }
}

function afterLoss(
  state: AgentState,
  reason: LinkFailure,
  { nowMs, random }: { nowMs: number; random: number },
): AgentState {
  if (state.state !== 'connecting' && state.state !== 'online') return state
  const rule = retryRule[reason.code]
  if (rule === 'give-up') return { state: 'failed', reason }
  const wasGood = state.state === 'online' && nowMs - state.sinceMs >= goodLinkMs
  const attempt = wasGood ? 0 : state.attempt
  const retryAtMs = nowMs + pauseMs(pauseBefore(rule, attempt), random)
  return { state: 'waiting', attempt, retryAtMs, reason }
}

/** How long to wait after this many failed attempts. */
export function pauseBefore(rule: Exclude<RetryRule, 'give-up'>, attempt: number): Pause {
  switch (rule) {
    case 'soon':
      return soonThenLater(attempt)
    case 'steadily':
      return steady
    case 'politely': {
      const shortest = Math.min(maxPoliteMs / 2, minPoliteMs * 2 ** Math.max(0, Math.min(attempt, 10) - 1))
      return [shortest, shortest * 2]
    }
  }
}
