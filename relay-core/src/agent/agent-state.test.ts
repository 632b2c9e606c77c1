import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextAgentState, pauseBefore, type AgentState } from './agent-state.ts'
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
    expect(givenUp).toEqual(['fingerprint-changed'])
  })

  it('T15: after a wrong key it tries again every five seconds, for ever', () => {
    for (const attempt of [1, 10_000]) {
      const after = (random: number) =>
        nextAgentState({ state: 'connecting', attempt }, lost('wrong-key'), at(5, random))
      expect(after(0)).toMatchObject({ state: 'waiting', retryAtMs: 4_005 })
      expect(after(1)).toMatchObject({ state: 'waiting', retryAtMs: 6_005 })
    }
  })

  it('waits for its place half a minute at first, five minutes at the most', () => {
    const pauses = [1, 2, 3, 4, 5, 99].map((attempt) => pauseBefore('politely', attempt))
    expect(pauses[0]).toEqual([30_000, 60_000])
    expect(pauses.at(-1)).toEqual([150_000, 300_000])
    expect(pauses.map(([shortest]) => shortest)).toEqual([30, 60, 120, 150, 150, 150].map((s) => s * 1_000))
  })

  it('tries at once when the network has changed, but not against a refusal', () => {
    const waitingFor = (code: LinkFailureCode) =>
      nextAgentState({ state: 'connecting', attempt: 7 }, lost(code), at(0))
    const changed = (state: AgentState) => nextAgentState(state, { type: 'network-changed' }, at(1))
    expect(changed(waitingFor('relay-unreachable'))).toEqual({ state: 'connecting', attempt: 8 })
    expect(changed(waitingFor('agent-replaced'))).toMatchObject({ state: 'waiting' })
    expect(changed({ state: 'stopped' })).toEqual({ state: 'stopped' })
  })

  it('is deaf to late events: what is stopped stays so', () => {
    for (const event of [{ type: 'welcomed' }, { type: 'retry' }, lost('relay-unreachable')] as const) {
      expect(nextAgentState({ state: 'stopped' }, event, at(0))).toEqual({ state: 'stopped' })
    }
  })

  it('waits about a second for some minutes, then up to four seconds, whatever the dice', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const state = nextAgentState(
          { state: 'connecting', attempt },
          lost('relay-unreachable'),
          at(0, random),
        )
        const pauseMs = state.state === 'waiting' ? state.retryAtMs : Number.NaN
        expect(pauseMs).toBeGreaterThanOrEqual(attempt < 300 ? 200 : 2_000)
        expect(pauseMs).toBeLessThanOrEqual(attempt < 300 ? 1_200 : 4_000)
      }),
    )
  })
})
