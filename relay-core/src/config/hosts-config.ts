import { isIP } from 'node:net'

/** The shared ports of host tunnels, as nps.conf sets them. */
export interface HostsConfig {
  /** `0.0.0.0` or `::` for every address. */
  readonly ip: string
  /** Null: no plain HTTP. 0, which only programs can ask for, takes any free port. */
  readonly httpPort: number | null
  /** Null: no HTTPS. */
  readonly httpsPort: number | null
  /** HTTPS goes to the target as it is; the relay reads the name in it and nothing else. */
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

type Reader = (value: string, into: { hosts: HostsConfig }) => string | undefined

/** What nps.conf calls these settings. Each reader puts a value in its place or says what it expected. */
export const hostsReaders: Readonly<Record<string, Reader>> = {
  http_proxy_ip: (value, into) => {
    const ip = value === '' ? hostsDefaults.ip : value.replace(/^\[(.*)\]$/, '$1')
    if (isIP(ip) === 0) return 'an IP address'
    return put(into, { ip })
  },
  http_proxy_port: portReader((httpPort) => ({ httpPort })),
  https_proxy_port: portReader((httpsPort) => ({ httpsPort })),
  https_just_proxy: switchReader((passThrough) => ({ passThrough })),
  https_default_cert_file: (value, into) => put(into, { certFile: value === '' ? null : value }),
  https_default_key_file: (value, into) => put(into, { keyFile: value === '' ? null : value }),
  http_add_origin_header: switchReader((addOrigin) => ({ addOrigin })),
}

function put(into: { hosts: HostsConfig }, change: Partial<HostsConfig>): undefined {
  into.hosts = Object.freeze({ ...into.hosts, ...change })
}

function portReader(change: (port: number | null) => Partial<HostsConfig>): Reader {
  return (value, into) => {
    if (value === '' || value === '0') return put(into, change(null))
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) return 'a port from 1 to 65535, or 0 for none'
    return put(into, change(Number(value)))
  }
}

function switchReader(change: (isOn: boolean) => Partial<HostsConfig>): Reader {
  return (value, into) => {
    if (!['true', 'false', '1', '0', ''].includes(value.toLowerCase())) return 'true or false'
    return put(into, change(value === '1' || value.toLowerCase() === 'true'))
  }
}
