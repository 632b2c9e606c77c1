import { readListenAddress } from '../file/read-address.ts'
import { readSwitch } from '../file/read-switch.ts'
import type { SettingReader } from './setting-reader.ts'

/** The shared ports of host tunnels, as nps.conf sets them. */
export interface HostsConfig {
  /** `0.0.0.0` or `::` for every address. */
  readonly ip: string
  /** Null: no plain HTTP. 0, which only programs can ask for, takes any free port. */
  readonly httpPort: number | null
  /** Null: no HTTPS. */
  readonly httpsPort: number | null
  /** HTTPS is passed to the target unchanged; the relay reads the server name and nothing else. */
  readonly passThrough: boolean
  /** For names without a certificate of their own, and visitors that name none; both or neither. */
  readonly certFile: string | null
  readonly keyFile: string | null
  /** Whether targets are told the visitor's address. */
  readonly addOrigin: boolean
}

/** As in the stock server when its keys are absent. */
export const hostsDefaults: HostsConfig = Object.freeze({
  ip: '0.0.0.0',
  httpPort: null,
  httpsPort: null,
  passThrough: false,
  certFile: null,
  keyFile: null,
  addOrigin: false,
})

type Into = { hosts: HostsConfig }

/** What nps.conf calls these settings, see `SettingReader`. */
export const hostsReaders = {
  http_proxy_ip: {
    read: (value, into) => readListenAddress(value, (ip) => put(into, { ip })),
    of: ({ hosts }) => hosts.ip,
  },
  http_proxy_port: {
    read: readPort((httpPort) => ({ httpPort })),
    of: ({ hosts }) => hosts.httpPort,
  },
  https_proxy_port: {
    read: readPort((httpsPort) => ({ httpsPort })),
    of: ({ hosts }) => hosts.httpsPort,
  },
  https_just_proxy: {
    read: (value, into) => readSwitch(value, (passThrough) => put(into, { passThrough })),
    of: ({ hosts }) => hosts.passThrough,
  },
  https_default_cert_file: {
    read: (value, into) => put(into, { certFile: value === '' ? null : value }),
    of: ({ hosts }) => hosts.certFile,
  },
  https_default_key_file: {
    read: (value, into) => put(into, { keyFile: value === '' ? null : value }),
    of: ({ hosts }) => hosts.keyFile,
  },
  http_add_origin_header: {
    read: (value, into) => readSwitch(value, (addOrigin) => put(into, { addOrigin })),
    of: ({ hosts }) => hosts.addOrigin,
  },
} as const satisfies Record<string, SettingReader<Into>>

function put(into: Into, change: Partial<HostsConfig>): undefined {
  into.hosts = Object.freeze({ ...into.hosts, ...change })
}

function readPort(change: (port: number | null) => Partial<HostsConfig>) {
  return (value: string, into: Into): string | undefined => {
    if (value === '' || value === '0') return put(into, change(null))
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) return 'a port from 1 to 65535, or 0 for none'
    return put(into, change(Number(value)))
  }
}
