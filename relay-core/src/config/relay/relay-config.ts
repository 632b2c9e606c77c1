import { dirname, resolve } from 'node:path'
import { isSecretSetting, isSettingKey, type SettingKey } from '../../api/conf/settings.ts'
import { logLevels, type LogLevel } from '../../log/log.ts'
import { Secret } from '../../secret.ts'
import { hostsDefaults, hostsReaders, type HostsConfig } from './hosts-config.ts'
import { expandValue } from '../file/expand-value.ts'
import { configError, parseIni } from '../file/ini.ts'
import { explainKey } from '../file/config-keys.ts'
import { PortRanges } from '../../net/address/port-ranges.ts'
import { readListenAddress } from '../file/read-address.ts'
import { readSwitch } from '../file/read-switch.ts'
import type { SettingReader } from './setting-reader.ts'
import { adviseStockKey, stockDefaults, stockReaders, type StockConfig } from './stock-config.ts'
import { isWeakPassword } from './weak-password.ts'

/** nps.conf, checked and complete. */
export interface RelayConfig extends StockConfig {
  /** `0.0.0.0` or `::` for every address. */
  readonly bridgeIp: string
  /** 0, which only programs can ask for, takes any free port. */
  readonly bridgePort: number
  /** Whether streams of agents that can do it go on after a cut of the connection beneath them. */
  readonly streamSurvival: boolean
  /** Whether agents may compress what a slow line carries. */
  readonly streamCompression: boolean
  /** Whether visitors of private tunnels may reach agents past the relay. */
  readonly hasDirectLinks: boolean
  readonly webIp: string
  /** Null: no web console. */
  readonly webPort: number | null
  readonly webUsername: string
  readonly webPassword: Secret
  /** What comes before every path of the console: empty, or like `/nps`. */
  readonly webBaseUrl: string
  /** PEM files; null: the console speaks plain HTTP. */
  readonly webTls: { readonly certFile: string; readonly keyFile: string } | null
  /** Opens the web API to scripts; see `minAuthKeyLength`. */
  readonly authKey: Secret
  readonly allowPorts: PortRanges
  readonly hosts: HostsConfig
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
  hasDirectLinks: true,
  ...stockDefaults,
  streamSurvival: true,
  streamCompression: true,
  webIp: '127.0.0.1',
  webPort: null,
  webUsername: 'admin',
  webPassword: new Secret(''),
  webBaseUrl: '',
  webTls: null,
  authKey: new Secret(''),
  allowPorts: new PortRanges([]),
  hosts: hostsDefaults,
  logLevel: 'info',
  logPath: null,
})

/** A shorter key opens nothing: an empty one is how stock servers are taken over (CVE-2022-40494). */
export const minAuthKeyLength = 16

/** What the file says, before the parts that belong together are combined. */
type Values = { -readonly [K in keyof RelayConfig]: RelayConfig[K] } & {
  webOpenSsl: boolean
  webCertFile: string
  webKeyFile: string
}

/** The readers of all keys of the table in api/conf/settings.ts. */
const readers: Readonly<Record<SettingKey, SettingReader<Values>>> = {
  ...hostsReaders,
  ...stockReaders,
  bridge_ip: {
    read: (value, into) => readListenAddress(value, (ip) => (into.bridgeIp = ip)),
    of: ({ bridgeIp }) => bridgeIp,
  },
  bridge_port: {
    read: (value, into) => readPort(value, (port) => (into.bridgePort = port)),
    of: ({ bridgePort }) => bridgePort,
  },
  stream_survival: {
    read: (value, into) => readSwitch(value, (isOn) => (into.streamSurvival = isOn)),
    of: ({ streamSurvival }) => streamSurvival,
  },
  stream_compression: {
    read: (value, into) => readSwitch(value, (isOn) => (into.streamCompression = isOn)),
    of: ({ streamCompression }) => streamCompression,
  },
  direct_links: {
    read: (value, into) => readSwitch(value, (isOn) => (into.hasDirectLinks = isOn)),
    of: ({ hasDirectLinks }) => hasDirectLinks,
  },
  web_ip: {
    read: (value, into) => readListenAddress(value, (ip) => (into.webIp = ip)),
    of: ({ webIp }) => webIp,
  },
  web_port: {
    read: (value, into) => {
      if (value !== '' && value !== '0') return readPort(value, (port) => (into.webPort = port))
      into.webPort = null
      return undefined
    },
    of: ({ webPort }) => webPort,
  },
  web_username: text(
    (value, into) => (into.webUsername = value),
    ({ webUsername }) => webUsername,
  ),
  web_password: text(
    (value, into) => (into.webPassword = new Secret(value)),
    ({ webPassword }) => webPassword.reveal(),
  ),
  web_base_url: {
    read: (value, into) => {
      const path = value.replace(/\/+$/, '').replace(/^(?=[^/])/, '/')
      if (!/^(\/[\w.~-]+)*$/.test(path)) return 'a path such as /nps'
      into.webBaseUrl = path
      return undefined
    },
    of: ({ webBaseUrl }) => webBaseUrl,
  },
  web_open_ssl: {
    read: (value, into) => readSwitch(value, (isOn) => (into.webOpenSsl = isOn)),
    of: ({ webTls }) => webTls !== null,
  },
  web_cert_file: text(
    (value, into) => (into.webCertFile = value),
    ({ webTls }) => webTls?.certFile,
  ),
  web_key_file: text(
    (value, into) => (into.webKeyFile = value),
    ({ webTls }) => webTls?.keyFile,
  ),
  auth_key: text(
    (value, into) => (into.authKey = new Secret(value)),
    ({ authKey }) => authKey.reveal(),
  ),
  allow_ports: {
    read: (value, into) => {
      // Stock leaves out what is empty between two commas.
      const ranges = PortRanges.parse(value.replace(/(?:\s*,)+\s*$/, ''))
      if (!ranges) return 'ports and ranges from 1 to 65535 such as 7000-9000,10001'
      into.allowPorts = ranges
      return undefined
    },
    of: ({ allowPorts }) => String(allowPorts),
  },
  log_level: {
    read: (value, into) => {
      const level = value === '' ? relayDefaults.logLevel : readLogLevel(value)
      if (!level) return 'a number from 0 (quiet) to 7 (debug), or debug, info, warn or error'
      into.logLevel = level
      return undefined
    },
    of: ({ logLevel }) => logLevel,
  },
  log_path: text(
    (value, into) => (into.logPath = value === '' ? null : value),
    ({ logPath }) => logPath,
  ),
}

function text(
  put: (value: string, into: Values) => void,
  of: SettingReader<Values>['of'],
): SettingReader<Values> {
  return {
    read: (value, into) => {
      put(value, into)
      return undefined
    },
    of,
  }
}

/** The keys whose values differ, in the order of the table. */
export function changedSettings(before: RelayConfig, after: RelayConfig): SettingKey[] {
  const keys = Object.keys(readers).filter(isSettingKey)
  return keys.filter((key) => readers[key].of(asValues(before)) !== readers[key].of(asValues(after)))
}

/** Undoes that combination, so that single keys can be compared. */
function asValues(config: RelayConfig): Values {
  return { ...config, webOpenSsl: config.webTls !== null, webCertFile: '', webKeyFile: '' }
}

/**
 * nps.conf → checked values and warnings. Keys without an effect are warnings; a wrong value throws `config-invalid` with
 * file and line (values of secrets never stand in the message). `environment` is for values like `${NAME||default}`: give
 * an empty one for a file of another machine.
 */
export function parseRelayConfig(
  text: string,
  file: string,
  environment: NodeJS.ProcessEnv = process.env,
): { config: RelayConfig; warnings: ConfigWarning[] } {
  const values: Values = {
    ...relayDefaults,
    webOpenSsl: false,
    webCertFile: 'conf/server.pem',
    webKeyFile: 'conf/server.key',
  }
  const warnings: ConfigWarning[] = []
  const seen = new Map<string, number>()
  for (const { key, value: written, line } of parseIni(text, file)) {
    const value = expandValue(written, environment)
    if (!isSettingKey(key)) {
      const message = explainKey(key, value)
      if (message !== undefined) warnings.push({ line, message })
      continue
    }
    const earlier = seen.get(key)
    if (earlier) warnings.push({ line, message: `${key} stands on line ${earlier} too; this one counts` })
    seen.set(key, line)
    const expected = readers[key].read(value, values)
    if (expected) {
      const found = isSecretSetting(key) ? '' : `, found "${value}"`
      throw configError(file, line, `${key} needs ${expected}${found}`, key)
    }
    const advice = adviseStockKey(key, value)
    if (advice !== undefined) warnings.push({ line, message: advice })
  }
  const { webOpenSsl, webCertFile, webKeyFile, ...config } = values
  if (webOpenSsl) {
    config.webTls = { certFile: inRunPath(file, webCertFile), keyFile: inRunPath(file, webKeyFile) }
  }
  const keyLength = config.authKey.reveal().length
  if (keyLength > 0 && keyLength < minAuthKeyLength) {
    const message = `auth_key: the web API stays closed; a key needs at least ${minAuthKeyLength} characters`
    warnings.push({ line: seen.get('auth_key') ?? 1, message })
  }
  if (config.webPort === config.bridgePort) {
    config.webPort = null
    const message = 'web_port: no console, for no port is shared with the bridge; give it one of its own'
    warnings.push({ line: seen.get('web_port') ?? 1, message })
  }
  return { config: Object.freeze(config), warnings }
}

/** A file named in nps.conf, as stock finds it: from the folder that holds `conf`. */
function inRunPath(configFile: string, path: string): string {
  return resolve(dirname(configFile), '..', path)
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
