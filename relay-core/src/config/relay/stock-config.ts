import { minVkeyLength } from '../../api/words/min-vkey-length.ts'
import { Secret } from '../../secret.ts'
import { readSwitch } from '../file/read-switch.ts'
import type { SettingReader } from './setting-reader.ts'
import { isWeakPassword } from './weak-password.ts'

/** What nps.conf says about programs of stock NPS. */
export interface StockConfig {
  /** Whether stock NPS 0.26 programs are served: their link is not encrypted, and their key can be replayed. */
  readonly stockProtocol: boolean
  /** With it an npc without a client of its own may bring tunnels. Null: none may, also when the key is weak. */
  readonly publicVkey: Secret | null
  /** Whether only visitors whose address an npc has registered are let in. */
  readonly ipLimit: boolean
}

export const stockDefaults: StockConfig = {
  // A file without the key is one from a stock server, whose agents must find their relay again.
  stockProtocol: true,
  publicVkey: null,
  ipLimit: false,
}

type Values = { -readonly [K in keyof StockConfig]: StockConfig[K] }

/** What nps.conf calls these settings, see `SettingReader`. */
export const stockReaders = {
  stock_protocol: {
    read: (value, into) => readSwitch(value, (isOn) => (into.stockProtocol = isOn)),
    of: ({ stockProtocol }) => stockProtocol,
  },
  public_vkey: {
    read: (value, into) => {
      into.publicVkey = value === '' || weakness(value) ? null : new Secret(value)
      return undefined
    },
    of: ({ publicVkey }) => publicVkey?.reveal(),
  },
  ip_limit: {
    read: (value, into) => readSwitch(value, (isOn) => (into.ipLimit = isOn)),
    of: ({ ipLimit }) => ipLimit,
  },
} as const satisfies Record<string, SettingReader<Values>>

/** Advice about a value of a stock file that is not wrong but has no effect. */
export function adviseStockKey(key: string, value: string): string | undefined {
  const why = key === 'public_vkey' && value !== '' ? weakness(value) : undefined
  return why && `public_vkey: ${why}, so nobody gets in by it; choose ${minVkeyLength} random characters`
}

function weakness(key: string): string | undefined {
  if (isWeakPassword(key, '')) return 'it is among the first that a scanner tries'
  return key.length < minVkeyLength ? 'it is too short' : undefined
}
