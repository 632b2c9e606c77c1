import { type FigureName, figures } from './figures.ts'
import type { Results } from './results.ts'

/** What this project wants to reach, on a quiet machine with two processors. */
interface Goal {
  readonly figure: FigureName
  readonly pair: string
  /** At least this many times the value of another pair. */
  readonly atLeast?: { readonly times: number; readonly of: string }
  /** At most this many times the value of another pair. */
  readonly atMost?: { readonly times: number; readonly of: string }
  /** At least this many times another figure of the same pair. */
  readonly atLeastOf?: { readonly times: number; readonly figure: FigureName }
  /** At most this much. */
  readonly below?: number
  /** At least this much. */
  readonly above?: number
  /** At most this much more than another figure of the same pair, which the goal names in this way. */
  readonly aboveBy?: { readonly figure: FigureName; readonly most: number; readonly called: string }
}

const atLeast = (figure: FigureName, times: number, of: string, pair = 'ours'): Goal => ({
  figure,
  pair,
  atLeast: { times, of },
})
const atMost = (figure: FigureName, times: number, of: string): Goal => ({
  figure,
  pair: 'ours',
  atMost: { times, of },
})
const atLeastOf = (figure: FigureName, times: number, other: FigureName): Goal => ({
  figure,
  pair: 'ours',
  atLeastOf: { times, figure: other },
})
const below = (figure: FigureName, most: number, pair = 'ours'): Goal => ({ figure, pair, below: most })

export const goals: readonly Goal[] = [
  ...(['up', 'down'] as const).flatMap((figure) => [
    atLeast(figure, 2.2, 'frp'),
    atLeast(figure, 2.2, 'rathole noise'),
    atLeast(figure, 5, 'stock NPS'),
  ]),
  atLeast('streams', 1.6, 'frp'),
  atLeast('streams', 1.6, 'rathole noise'),
  atLeast('connections', 1.5, 'frp'),
  atLeast('connections', 1, 'stock NPS'),
  atMost('idleP50', 1, 'frp'),
  atMost('idleP99', 1, 'frp'),
  atMost('pacedP50', 1, 'frp'),
  atMost('pacedP99', 1, 'frp'),
  atMost('loadedP95', 1, 'frp'),
  { figure: 'shapedLoadedP95', pair: 'ours', aboveBy: { figure: 'shapedIdleP95', most: 20, called: 'idle' } },
  atLeast('up', 1.5, 'stock NPS', 'ours + stock npc'),
  atLeast('down', 1.5, 'stock NPS', 'ours + stock npc'),
  below('relayIdle', 55),
  below('relayAsked', 55),
  below('agentIdle', 55),
  below('relayOpen', 90),
  below('agentOpen', 90),
  below('relayGrown', 10),
  below('agentGrown', 10),
  below('descriptorsGrown', 0),
  atMost('processor', 0.6, 'frp'),
  atLeastOf('filesUp', 0.9, 'scpUp'),
  atLeastOf('filesDown', 0.9, 'scpDown'),
  atLeastOf('treeUp', 0.7, 'rsyncUp'),
  atLeastOf('treeDown', 0.7, 'rsyncDown'),
  atLeastOf('wanFilesUp', 0.9, 'wanScpUp'),
  atLeastOf('wanFilesDown', 0.9, 'wanScpDown'),
  atLeastOf('wanTreeUp', 0.7, 'wanRsyncUp'),
  atLeastOf('wanTreeDown', 0.7, 'wanRsyncDown'),
  below('deadLink', 10),
  below('restart', 5),
  ...(['frp', 'rathole noise'] as const).flatMap((peer) => [
    atMost('wanFirstByte', 1.05, peer),
    atMost('wanPage', 1, peer),
    atMost('wanLossyPage', 1, peer),
    atMost('wanSlowFirstByte', 1.05, peer),
    atMost('wanSlowPage', 1, peer),
    atMost('wanFarFirstByte', 1.05, peer),
    atMost('wanFarPage', 1, peer),
    atMost('wanLossyFirstByte', 1.05, peer),
    atMost('wanLossierPage', 1, peer),
    atLeast('wanCopy', 1, peer),
    atMost('wanTypingP50', 1, peer),
    atMost('wanTypingP95', 1, peer),
    atMost('wanSlowTypingP50', 1, peer),
    atMost('wanSlowTypingP95', 1, peer),
    atMost('wanCrowdP50', 1, peer),
    atMost('wanCrowdLast', 1, peer),
  ]),
  below('keptPrompt', 300),
  below('keptPromptP95', 300),
  below('plainPrompt', 300),
  below('plainPromptP95', 300),
  ...(['wanKeptPrompt', 'wanKeptPromptP95', 'wanPlainPrompt', 'wanPlainPromptP95'] as const).map(
    (figure) => ({
      figure,
      pair: 'ours',
      aboveBy: { figure: 'wanTerminalKey' as const, most: 300, called: 'a round trip' },
    }),
  ),
  ...(['ours uncompressed', 'against'] as const).flatMap((before) => [
    atMost('wanSlowJupyter', 0.6, before),
    atMost('wanSlowBoard', 0.6, before),
    atMost('wanJupyter', 1, before),
    atMost('wanBoard', 1, before),
  ]),
  ...(['directDown', 'directUp', 'directLossyDown', 'directLossyUp'] as const).map((figure) => ({
    figure,
    pair: 'ours private',
    above: 90,
  })),
  below('directVisitor', 200, 'ours private'),
  below('directAgent', 200, 'ours private'),
  below('wanCut', 2),
  below('wanSurvives', 2),
]

export interface Judged {
  readonly goal: string
  readonly measured: string
  readonly isReached: boolean
}

/** Undefined when one of the values was not measured. */
export function judge({ figure, pair, ...goal }: Goal, results: Results): Judged | undefined {
  const { title, unit, digits } = figures[figure]
  const value = results.median(pair, figure)
  if (value === undefined) return undefined
  const what = pair === 'ours' ? title : `${title} (${pair})`
  const ownValue = value ?? Infinity
  const { below: most, above: least, aboveBy } = goal
  if (most !== undefined) {
    const measured = value === null ? 'not in time' : `${value.toFixed(digits)} ${unit}`
    return { goal: `${what} ≤ ${most} ${unit}`, measured, isReached: ownValue <= most }
  }
  if (least !== undefined) {
    if (value === null) return undefined
    const measured = `${value.toFixed(digits)} ${unit}`
    return { goal: `${what} ≥ ${least} ${unit}`, measured, isReached: value >= least }
  }
  if (aboveBy) {
    const base = results.median(pair, aboveBy.figure)
    if (base === undefined || base === null) return undefined
    const above = ownValue - base
    return {
      goal: `${what} ≤ ${aboveBy.called} + ${aboveBy.most} ${unit}`,
      measured: `${aboveBy.called} + ${above.toFixed(digits)} ${unit}`,
      isReached: above <= aboveBy.most,
    }
  }
  const { atLeastOf: peer } = goal
  if (peer) {
    const base = results.median(pair, peer.figure)
    if (base === undefined || base === null) return undefined
    const ratio = ownValue / base
    return {
      goal: `${what} ≥ ${peer.times} × ${figures[peer.figure].title}`,
      measured: `${ratio.toFixed(2)} ×`,
      isReached: ratio >= peer.times,
    }
  }
  const { times, of } = goal.atLeast ?? goal.atMost ?? { times: 1, of: pair }
  const other = results.median(of, figure)
  if (other === undefined || other === null) return undefined
  const ratio = ownValue / other
  return {
    goal: `${what} ${goal.atLeast ? '≥' : '≤'} ${times} × ${of}`,
    measured: `${ratio.toFixed(2)} ×`,
    isReached: goal.atLeast ? ratio >= times : ratio <= times,
  }
}
