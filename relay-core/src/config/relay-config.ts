import { isIP } from 'node:net'
import { logLevels, type LogLevel } from '../log.ts'
import { Secret } from '../secret.ts'
import { configError, parseIni } from './ini.ts'
import { explainKey } from './known-keys.ts'
import { PortRanges } from './port-ranges.ts'
import { isWeakPassword } from './weak-password.ts'

/** nps.conf, checked and complete. */
export interface RelayConfig {
  /** `0.0.0.0` or `::` for every address. */
  readonly bridgeIp: string
  /** 0, which only programs can ask for, takes any free port. */
  readonly bridgePort: number
  /** Whether stock NPS 0.26 programs are served: their link is not encrypted, and their key can be replayed. */
  readonly stockProtocol: boolean
  readonly webIp: string
  /** Null: no web console. */
  readonly webPort: number | null
  readonly webUsername: string
  readonly webPassword: Secret
  readonly allowPorts: PortRanges
  readonly logLevel: LogLevel
  /** Null: standard output only. */
  readonly logPath: string | null
}

export interface ConfigWarning {
  readonly line: number
  readonly message: string
}

/** The values of an absent key: those of the stock server, except that the console listens on this machine only. */
export const relayDefaults: RelayConfig = Object.freeze({
  bridgeIp: '0.0.0.0',
  bridgePort: 8024,
  // A file without the key is one from a stock server, whose agents must find their relay again.
  stockProtocol: true,
  webIp: '127.0.0.1',
  webPort: null,
  webUsername: 'admin',
  webPassword: new Secret(''),
  allowPorts: new PortRanges([]),
  logLevel: 'info',
  logPath: null,
})

type Values = { -readonly [K in keyof RelayConfig]: RelayConfig[K] }

/** Each reader puts a value in its place or says what it expected. */
const readers: Record<string, (value: string, into: Values) => string | undefined> = {
  bridge_ip: (value, into) => readAddress(value, (ip) => (into.bridgeIp = ip)),
  bridge_port: (value, into) => readPort(value, (port) => (into.bridgePort = port)),
  stock_protocol: (value, into) => {
    if (value !== 'true' && value !== 'false') return 'true or false'
    into.stockProtocol = value === 'true'
    return undefined
  },
  web_ip: (value, into) => readAddress(value, (ip) => (into.webIp = ip)),
  web_port: (value, into) => {
    if (value === '' || value === '0') into.webPort = null
    else return readPort(value, (port) => (into.webPort = port))
    return undefined
  },
  web_username: (value, into) => {
    if (value === '') return 'a user name'
    into.webUsername = value
    return undefined
  },
  web_password: (value, into) => {
    into.webPassword = new Secret(value)
    return undefined
  },
  allow_ports: (value, into) => {
    const ranges = PortRanges.parse(value)
    if (!ranges) return 'ports and ranges from 1 to 65535 such as 7000-9000,10001'
    into.allowPorts = ranges
    return undefined
  },
  log_level: (value, into) => {
    const level = readLogLevel(value)
    if (!level) return 'a number from 0 (quiet) to 7 (debug), or debug, info, warn or error'
    into.logLevel = level
    return undefined
  },
  log_path: (value, into) => {
    into.logPath = value === '' ? null : value
    return undefined
  },
}

/** The keys that have an effect; what becomes of the others stands in known-keys.ts. */
export const relayConfigKeys: readonly string[] = Object.keys(readers)

/**
 * nps.conf → checked values and warnings. Keys without an effect are warnings; a wrong value throws `config-invalid` with
 * file and line (values of passwords never stand in the message).
 */
export function parseRelayConfig(
  text: string,
  file: string,
): { config: RelayConfig; warnings: ConfigWarning[] } {
  const values: Values = { ...relayDefaults }
  const warnings: ConfigWarning[] = []
  const seen = new Map<string, number>()
  for (const { key, value, line } of parseIni(text, file)) {
    const read = readers[key]
    if (!read) {
      const message = explainKey(key, value)
      if (message !== undefined) warnings.push({ line, message })
      continue
    }
    const earlier = seen.get(key)
    if (earlier) warnings.push({ line, message: `${key} stands on line ${earlier} too; this one counts` })
    seen.set(key, line)
    const expected = read(value, values)
    if (expected) throw configError(file, line, `${key} needs ${expected}, found "${value}"`, key)
  }
  return { config: Object.freeze(values), warnings }
}

/** Whether the console may be reached from other machines: only with a password that a scanner would not guess. */
export function consoleIsGuarded(config: RelayConfig): boolean {
  return !isWeakPassword(config.webPassword.reveal(), config.webUsername)
}

/** The stock levels 0 (emergency) to 7 (debug), or a word; undefined for anything else. */
export function readLogLevel(value: string): LogLevel | undefined {
  const stock: LogLevel[] = ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug']
  if (/^[0-7]$/.test(value)) return stock[Number(value)]
  return logLevels.find((level) => level === value.toLowerCase())
}

function readPort(value: string, put: (port: number) => void): string | undefined {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (port < 1 || port > 65535) return 'a port from 1 to 65535'
  put(port)
  return undefined
}

function readAddress(value: string, put: (ip: string) => void): string | undefined {
  const ip = value === '' ? '0.0.0.0' : value.replace(/^\[(.*)\]$/, '$1')
  if (isIP(ip) === 0) return 'an IP address'
  put(ip)
  return undefined
}
