/**
 * What a changed setting does to a running relay. `live`: it takes effect at once. `reopen`: at once, and its port or certificate is
 * opened again, which ends the connections there. `restart`: it waits until nps is restarted.
 */
export type SettingEffect = 'live' | 'reopen' | 'restart'

export interface Setting {
  readonly effect: SettingEffect
  /** Never shown unasked, logged, or put into a message. */
  readonly secret?: true
  /** A yes/no key, and its value while the file does not set it. */
  readonly switch?: 'on' | 'off'
}

/**
 * Every key of nps.conf that has an effect. Readers (config/relay/relay-config.ts), the answer to a reload, warnings, the app's
 * form and the table in docs/cli.md follow this one.
 */
export const settings = {
  bridge_ip: { effect: 'restart' },
  bridge_port: { effect: 'restart' },
  stream_survival: { effect: 'live', switch: 'on' },
  stream_compression: { effect: 'live', switch: 'on' },
  direct_links: { effect: 'restart', switch: 'on' },
  stock_protocol: { effect: 'live', switch: 'on' },
  public_vkey: { effect: 'live', secret: true },
  ip_limit: { effect: 'live', switch: 'off' },
  web_ip: { effect: 'reopen' },
  web_port: { effect: 'reopen' },
  web_username: { effect: 'reopen' },
  web_password: { effect: 'reopen', secret: true },
  web_base_url: { effect: 'reopen' },
  web_open_ssl: { effect: 'reopen', switch: 'off' },
  web_cert_file: { effect: 'reopen' },
  web_key_file: { effect: 'reopen' },
  auth_key: { effect: 'live', secret: true },
  allow_ports: { effect: 'live' },
  http_proxy_ip: { effect: 'reopen' },
  http_proxy_port: { effect: 'reopen' },
  https_proxy_port: { effect: 'reopen' },
  https_just_proxy: { effect: 'live', switch: 'off' },
  https_default_cert_file: { effect: 'live' },
  https_default_key_file: { effect: 'live' },
  http_add_origin_header: { effect: 'live', switch: 'off' },
  log_level: { effect: 'live' },
  log_path: { effect: 'restart' },
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof settings

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settings, key)
}

/** Undefined for a key that has no effect. */
export function settingOf(key: string): Setting | undefined {
  return isSettingKey(key) ? settings[key] : undefined
}

/** Keys of the stock file that have no effect here and hold a secret all the same. */
const otherSecrets: ReadonlySet<string> = new Set(['auth_crypt_key'])

export function isSecretSetting(key: string): boolean {
  return settingOf(key)?.secret === true || otherSecrets.has(key)
}
