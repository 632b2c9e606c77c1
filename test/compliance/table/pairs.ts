import type { StockVersion } from '../stock/stock-programs.ts'
import type { Runtime } from './runtimes.ts'

/** Who made an end of a pair. */
export type Maker = 'ours' | StockVersion

export interface PairKind {
  readonly relay: Maker
  readonly agent: Maker
  readonly protocol: 'native' | 'stock'
  /** What runs our ends. The app runs them on Node, the shipped programs on Bun. */
  readonly runtime: Runtime
}

/** {our nps, stock nps} × {our npc, stock npc}; our two ends speak either protocol with each other. */
export const pairs = {
  native: { relay: 'ours', agent: 'ours', protocol: 'native', runtime: 'Node' },
  ours: { relay: 'ours', agent: 'ours', protocol: 'stock', runtime: 'Bun' },
  ourRelayOlder: { relay: 'ours', agent: '0.26.7', protocol: 'stock', runtime: 'Node' },
  ourRelay: { relay: 'ours', agent: '0.26.10', protocol: 'stock', runtime: 'Bun' },
  ourAgentOlder: { relay: '0.26.7', agent: 'ours', protocol: 'stock', runtime: 'Bun' },
  ourAgent: { relay: '0.26.10', agent: 'ours', protocol: 'stock', runtime: 'Node' },
  stock: { relay: '0.26.10', agent: '0.26.10', protocol: 'stock', runtime: 'Node' },
} as const satisfies Record<string, PairKind>

export function pairName({ relay, agent, protocol, runtime }: PairKind): string {
  const name = (program: string, maker: Maker) =>
    maker === 'ours' ? `our ${program}` : `${program} ${maker}`
  const ends = `${name('nps', relay)}, ${name('npc', agent)}`
  const hasOurs = relay === 'ours' || agent === 'ours'
  return hasOurs ? `${ends}, ${protocol}, ${runtime}` : ends
}

export const isStock = (maker: Maker): maker is StockVersion => maker !== 'ours'

/** One end at least is a stock program. */
export const hasStock = ({ relay, agent }: PairKind): boolean => isStock(relay) || isStock(agent)
