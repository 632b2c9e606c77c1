import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  longestRetryMs,
  nextAgentState,
  retryDelayMs,
  shortestRetryMs,
  type AgentState,
} from './agent-state.ts'
import { retryRule, type LinkFailureCode } from './retry-rule.ts'

const at = (nowMs: number, random = 0.5) => ({ nowMs, random })
const lost = (code: LinkFailureCode) => ({ type: 'lost', reason: { code, message: code } }) as const

describe('agent state', () => {
  it('connects when started, and is online once welcomed', () => {
    const connecting = nextAgentState({ state: 'stopped' }, { type: 'start' }, at(0))
    expect(connecting).toEqual({ state: 'connecting', attempt: 1 })
    expect(nextAgentState(connecting, { type: 'welcomed' }, at(7))).toEqual({
      state: 'online',
      attempt: 1,
      sinceMs: 7,
    })
  })

  it('counts attempts up until one holds for ten seconds', () => {
    const fail = (state: AgentState, nowMs: number) =>
      nextAgentState(state, lost('relay-unreachable'), at(nowMs))
    const waiting = fail({ state: 'connecting', attempt: 3 }, 0)
    expect(waiting).toMatchObject({ state: 'waiting', attempt: 3 })
    expect(nextAgentState(waiting, { type: 'retry' }, at(1))).toEqual({ state: 'connecting', attempt: 4 })
    const online: AgentState = { state: 'online', attempt: 4, sinceMs: 1_000 }
    expect(fail(online, 10_999)).toMatchObject({ attempt: 4 })
    expect(fail(online, 11_000)).toMatchObject({ attempt: 0 })
  })

  it('gives up only where going on would do harm', () => {
    const givenUp = Object.keys(retryRule).filter(
      (code) =>
        nextAgentState({ state: 'connecting', attempt: 1 }, lost(code as LinkFailureCode), at(0)).state ===
        'failed',
    )
    expect(givenUp).toEqual(['agent-replaced', 'fingerprint-changed'])
  })

  it('T15: waits the longest where only a person can mend it, as after a wrong key', () => {
    expect(nextAgentState({ state: 'connecting', attempt: 1 }, lost('wrong-key'), at(5))).toMatchObject({
      state: 'waiting',
      retryAtMs: 5 + longestRetryMs,
    })
  })

  it('is deaf to late events: what is stopped stays so', () => {
    for (const event of [{ type: 'welcomed' }, { type: 'retry' }, lost('relay-unreachable')] as const) {
      expect(nextAgentState({ state: 'stopped' }, event, at(0))).toEqual({ state: 'stopped' })
    }
  })

  it('waits between 0.2 and 20 seconds, whatever the attempt and the dice', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const delay = retryDelayMs(attempt, random)
        expect(delay).toBeGreaterThanOrEqual(shortestRetryMs)
        expect(delay).toBeLessThanOrEqual(longestRetryMs)
      }),
    )
    expect(retryDelayMs(100, 1)).toBe(longestRetryMs)
    expect(retryDelayMs(100, 0)).toBe(shortestRetryMs)
  })
})
