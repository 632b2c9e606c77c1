import { retryRule, type LinkFailure } from './retry-rule.ts'

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

export const shortestRetryMs = 200
export const longestRetryMs = 20_000

/** A link that held this long was a good one: the next attempt begins a new count. */
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
  const retryAtMs = nowMs + (rule === 'slowly' ? longestRetryMs : retryDelayMs(attempt, random))
  return { state: 'waiting', attempt, retryAtMs, reason }
}

/** Full jitter: anything between the shortest wait and one that doubles with each attempt, up to the longest. */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(longestRetryMs, shortestRetryMs * 2 ** Math.min(attempt + 1, 16))
  return Math.round(shortestRetryMs + random * (ceiling - shortestRetryMs))
}
