import { type FigureName, figures } from './figures.ts'
import type { Results } from './results.ts'

/** What this project wants to reach, on a quiet machine with two processors. */
interface Goal {
  readonly figure: FigureName
  readonly pair: string
  readonly sign: '≤' | '≥'
  readonly limit: number
  /** What the limit is a multiple of, or comes on top of; absent: it is in the figure's own unit. */
  readonly base?: {
    readonly pair: string
    readonly figure: FigureName
    readonly by: 'times' | 'more'
    /** How the goal names it. */
    readonly called: string
  }
}

const atLeast = (figure: FigureName, times: number, of: string, pair = 'ours'): Goal => ({
  figure,
  pair,
  sign: '≥',
  limit: times,
  base: { pair: of, figure, by: 'times', called: of },
})
const atMost = (figure: FigureName, times: number, of: string): Goal => ({
  figure,
  pair: 'ours',
  sign: '≤',
  limit: times,
  base: { pair: of, figure, by: 'times', called: of },
})
/** Compared with another figure of the same pair. */
const atLeastOf = (figure: FigureName, times: number, other: FigureName): Goal => ({
  figure,
  pair: 'ours',
  sign: '≥',
  limit: times,
  base: { pair: 'ours', figure: other, by: 'times', called: figures[other].title },
})
const atMostMore = (figure: FigureName, most: number, than: FigureName, called: string): Goal => ({
  figure,
  pair: 'ours',
  sign: '≤',
  limit: most,
  base: { pair: 'ours', figure: than, by: 'more', called },
})
const below = (figure: FigureName, most: number, pair = 'ours'): Goal => ({
  figure,
  pair,
  sign: '≤',
  limit: most,
})
const above = (figure: FigureName, least: number, pair = 'ours'): Goal => ({
  figure,
  pair,
  sign: '≥',
  limit: least,
})

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
  atMostMore('shapedLoadedP95', 20, 'shapedIdleP95', 'idle'),
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
  ...(['wanKeptPrompt', 'wanKeptPromptP95', 'wanPlainPrompt', 'wanPlainPromptP95'] as const).map((figure) =>
    atMostMore(figure, 300, 'wanTerminalKey', 'a round trip'),
  ),
  ...(['ours uncompressed', 'against'] as const).flatMap((before) => [
    atMost('wanSlowJupyter', 0.6, before),
    atMost('wanSlowBoard', 0.6, before),
    atMost('wanJupyter', 1, before),
    atMost('wanBoard', 1, before),
  ]),
  ...(['directDown', 'directUp', 'directLossyDown', 'directLossyUp'] as const).map((figure) =>
    above(figure, 90, 'ours private'),
  ),
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

/** Undefined where there is no verdict: one of the values was not measured, or there is no multiple of the base. */
export function judge({ figure, pair, sign, limit, base }: Goal, results: Results): Judged | undefined {
  const { title, unit, digits } = figures[figure]
  const value = results.median(pair, figure)
  // What is in its own unit is that much more than nothing.
  const baseValue = base ? results.median(base.pair, base.figure) : 0
  if (value === undefined || baseValue === undefined || baseValue === null) return undefined
  const isTimes = base?.by === 'times'
  if (isTimes && baseValue === 0) return undefined
  const inUnit = (amount: number | string) => `${base ? `${base.called} + ` : ''}${amount} ${unit}`.trimEnd()
  const wanted = isTimes ? `${limit} × ${base.called}` : inUnit(limit)
  const goal = `${pair === 'ours' ? title : `${title} (${pair})`} ${sign} ${wanted}`
  if (value === null) return { goal, measured: 'not in time', isReached: false }
  const counted = isTimes ? value / baseValue : value - baseValue
  return {
    goal,
    measured: isTimes ? `${counted.toFixed(2)} ×` : inUnit(counted.toFixed(digits)),
    isReached: sign === '≤' ? counted <= limit : counted >= limit,
  }
}
