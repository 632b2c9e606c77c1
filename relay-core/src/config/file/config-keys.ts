import { isOff } from './read-switch.ts'

/** What becomes of a key of the stock nps.conf that nothing here reads. */
export interface ConfigKey {
  /** Values that ask for nothing beyond what happens anyway; `off`: those of a switch that is off; `all`: any value is fine. */
  readonly quiet: 'all' | 'off' | readonly string[]
  /** Why the others have no effect, and what to do instead. Follows `key: `. */
  readonly reason: string
}

/** A switch: off asks for nothing. */
const off = 'off'
const adminOnly: ConfigKey = { quiet: off, reason: 'only the administrator logs in to the console' }
const alwaysThere: ConfigKey = {
  quiet: 'all',
  reason: 'it shows a field of a stock form; here the setting can always be made',
}
const leftover: ConfigKey = { quiet: 'all', reason: 'it has no effect in stock either' }
const framework: ConfigKey = { quiet: 'all', reason: 'it is a setting of the framework of stock nps' }
const noProfiler: ConfigKey = {
  quiet: [''],
  reason: 'there is no profiler: without a password it would be open to everybody',
}
const noPeerToPeer: ConfigKey = {
  quiet: [''],
  reason: 'p2p is not offered; visitors go through the relay instead',
}

/**
 * Every stock key without a reader in config/relay/relay-config.ts. Whoever adds a reader takes the key out here; a test compares
 * both with docs/nps-compat.md.
 */
export const configKeys: Readonly<Record<string, ConfigKey>> = {
  appname: framework,
  runmode: framework,
  bridge_type: {
    quiet: ['', 'tcp'],
    reason: 'the bridge speaks TCP only: start every npc with -type=tcp',
  },
  flow_store_interval: { quiet: 'all', reason: 'traffic counters are saved every minute' },
  p2p_ip: noPeerToPeer,
  p2p_port: noPeerToPeer,
  web_host: {
    // as shipped
    quiet: ['', 'a.o.com'],
    reason: 'the console shares no port: it answers by every name on web_port',
  },
  auth_crypt_key: {
    quiet: [''],
    reason: '/auth/getauthkey, which gave auth_key away, does not exist here',
  },
  allow_user_login: adminOnly,
  allow_user_register: adminOnly,
  allow_user_change_username: adminOnly,
  allow_flow_limit: alwaysThere,
  allow_rate_limit: alwaysThere,
  allow_tunnel_num_limit: alwaysThere,
  allow_connection_num_limit: alwaysThere,
  allow_multi_ip: alwaysThere,
  allow_local_proxy: { quiet: off, reason: 'the relay dials nothing on behalf of others' },
  system_info_display: {
    quiet: off,
    reason: 'the console shows traffic, not the load of the machine',
  },
  http_cache: {
    quiet: off,
    reason: 'there is no cache: it would serve pages that the site has changed since',
  },
  http_cache_length: { quiet: 'all', reason: 'there is no cache' },
  pprof_ip: noProfiler,
  pprof_port: noProfiler,
  disconnect_timeout: {
    // as shipped
    quiet: ['', '60'],
    reason: 'a dead link is noticed within 10 seconds, whatever stands here',
  },
  httpproxyport: leftover,
  hostport: leftover,
  pempath: leftover,
  keypath: leftover,
}

/** The warning for a key that no reader takes, or undefined where its value asks for nothing more than what is. */
export function explainKey(key: string, value: string): string | undefined {
  const known = Object.hasOwn(configKeys, key) ? configKeys[key] : undefined
  if (!known) return `${key} is not known and has no effect`
  return isQuiet(known.quiet, value) ? undefined : `${key}: ${known.reason}`
}

function isQuiet(quiet: ConfigKey['quiet'], value: string): boolean {
  if (quiet === 'off') return isOff(value)
  return quiet === 'all' || quiet.includes(value.toLowerCase())
}
