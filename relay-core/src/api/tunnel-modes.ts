import type { TunnelSettings } from './tunnel-settings.ts'
import type { AgentProxy } from './words/agent-proxies.ts'

/** `listenIp` goes with the port, and `stripPrefix` with the folder. */
type ModeSetting = Exclude<keyof TunnelSettings, 'listenIp' | 'stripPrefix'>

/** What the tunnels of one mode have in common. */
export interface TunnelModeTraits {
  /** The transport of the port that each of them has on the server; null: they have none. */
  readonly port: 'tcp' | 'udp' | null
  /** Whether each has targets of its own. Otherwise the visitor says where to go, or it is a folder. */
  readonly hasTarget: boolean
  /** The settings that mean something to them. */
  readonly settings: readonly ModeSetting[]
  /** What stock NPS calls the mode in npc.conf, tasks.json and its web API; the first is the name it is shown by. */
  readonly stockNames: readonly string[]
  /** Private ones without a target: the proxy of the agent's own at which they end. */
  readonly agentProxy?: AgentProxy
  /** Whether stock NPS asks its visitors for a user: one of the tunnel's own, or else its client's. */
  readonly asksStockUser: boolean
}

const table = {
  tcp: {
    port: 'tcp',
    hasTarget: true,
    settings: ['proxyProtocol', 'health'],
    stockNames: ['tcp'],
    asksStockUser: false,
  },
  udp: {
    port: 'udp',
    hasTarget: true,
    settings: [],
    stockNames: ['udp'],
    asksStockUser: false,
  },
  socks5: {
    port: 'tcp',
    hasTarget: false,
    settings: ['users'],
    stockNames: ['socks5'],
    asksStockUser: true,
  },
  httpProxy: {
    port: 'tcp',
    hasTarget: false,
    settings: ['users'],
    stockNames: ['httpProxy'],
    asksStockUser: true,
  },
  host: {
    port: null,
    hasTarget: true,
    settings: ['host', 'health', 'users'],
    // Hosts are not among the tunnels of stock NPS: they have a file, sections and calls of their own.
    stockNames: [],
    asksStockUser: true,
  },
  private: {
    port: null,
    hasTarget: true,
    settings: ['password'],
    // A visitor of a p2p tunnel of stock NPS falls back to the way through the relay, with the same password.
    stockNames: ['secret', 'p2p'],
    asksStockUser: false,
  },
  privateSocks5: {
    port: null,
    hasTarget: false,
    settings: ['password'],
    agentProxy: 'socks5',
    stockNames: [],
    asksStockUser: false,
  },
  privateHttpProxy: {
    port: null,
    hasTarget: false,
    settings: ['password'],
    agentProxy: 'http',
    stockNames: [],
    asksStockUser: false,
  },
  file: {
    port: 'tcp',
    hasTarget: false,
    settings: ['folder', 'users'],
    stockNames: ['file'],
    asksStockUser: false,
  },
} as const satisfies Record<string, TunnelModeTraits>

/** How a tunnel serves its visitors. */
export type TunnelMode = keyof typeof table

/** What stock NPS calls the modes of its tunnels. */
export type StockModeName = (typeof table)[TunnelMode]['stockNames'][number]

/** Every mode there is. `docs/how-to/add-a-tunnel-mode.md` says what else a new one needs. */
export const tunnelModes: Readonly<Record<TunnelMode, TunnelModeTraits>> = table

/** Undefined for a tunnel of a later nps, whose mode this one does not know: such a tunnel is kept, and does not open. */
export function traitsOf(mode: string): TunnelModeTraits | undefined {
  return Object.hasOwn(tunnelModes, mode) ? tunnelModes[mode as TunnelMode] : undefined
}

/** In the order in which people are shown them. */
export const tunnelModeNames = Object.keys(table) as TunnelMode[]

/** The modes that an open tunnel can change between: it gets a port of its own, or loses it. */
const publicAndPrivate = [
  ['tcp', 'private'],
  ['socks5', 'privateSocks5'],
  ['httpProxy', 'privateHttpProxy'],
] as const satisfies readonly (readonly [TunnelMode, TunnelMode])[]
export type InterchangeableMode = (typeof publicAndPrivate)[number][number]
export const interchangeableModes: readonly InterchangeableMode[] = publicAndPrivate.flat()

/** What a tunnel of the mode can become, besides what it is; undefined: it stays what it is. */
export function counterpartOf(mode: string): InterchangeableMode | undefined {
  const pair = publicAndPrivate.find((modes) => modes.some((one) => one === mode))
  return pair?.find((one) => one !== mode)
}

/** Whether the setting means something to tunnels of the mode. */
export function takesSetting(mode: TunnelMode, setting: ModeSetting): boolean {
  return traitsOf(mode)?.settings.includes(setting) ?? false
}

export const stockModeNames: readonly StockModeName[] = Object.values(table).flatMap<StockModeName>(
  ({ stockNames }) => stockNames,
)

/** The mode that stock NPS calls so; undefined where there is none. */
export function modeOfStockName(name: StockModeName): TunnelMode
export function modeOfStockName(name: string): TunnelMode | undefined
export function modeOfStockName(name: string): TunnelMode | undefined {
  return tunnelModeNames.find((mode) => tunnelModes[mode].stockNames.includes(name))
}
