import type { TunnelSettings } from './tunnel-settings.ts'

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
export const interchangeableModes = ['tcp', 'private'] as const satisfies readonly TunnelMode[]
export type InterchangeableMode = (typeof interchangeableModes)[number]

export function isInterchangeable(mode: string): mode is InterchangeableMode {
  return interchangeableModes.some((one) => one === mode)
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
