import { isSecretSetting, settingOf } from '@nps-desktop/relay-core/api'

/** How one key of nps.conf is edited. */
export interface ConfField {
  readonly key: string
  readonly kind: 'text' | 'port' | 'secret' | 'log-level' | 'switch'
}

/** The keys with a plain label, the usual ones first; the rest of the file comes below under its own names. */
export const usualFields: readonly ConfField[] = [
  { key: 'web_username', kind: 'text' },
  { key: 'web_password', kind: 'secret' },
  { key: 'web_port', kind: 'port' },
  { key: 'bridge_port', kind: 'port' },
  { key: 'allow_ports', kind: 'text' },
  { key: 'log_level', kind: 'log-level' },
]
export const moreFields: readonly ConfField[] = [
  { key: 'web_ip', kind: 'text' },
  { key: 'bridge_ip', kind: 'text' },
  { key: 'log_path', kind: 'text' },
  { key: 'web_open_ssl', kind: 'switch' },
  { key: 'stream_survival', kind: 'switch' },
  { key: 'stock_protocol', kind: 'switch' },
  { key: 'ip_limit', kind: 'switch' },
  { key: 'https_just_proxy', kind: 'switch' },
  { key: 'http_add_origin_header', kind: 'switch' },
]

/** How a key without a plain label is edited, as the table of settings knows it. */
export function otherField(key: string): ConfField {
  return { key, kind: isSecretSetting(key) ? 'secret' : 'text' }
}

/** Whether saving these changes costs a restart, as far as can be told beforehand; the server's answer decides. */
export function costsRestart(keys: readonly string[]): boolean {
  return keys.some((key) => settingOf(key)?.effect === 'restart')
}

const passwordLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'
const passwordLength = 20

/** 20 characters, about 116 bits; without 0 O 1 l I, which are mistaken for each other when read aloud. */
export function newPassword(): string {
  // Bytes past the last whole multiple of the alphabet would make some letters likelier than others.
  const fair = 256 - (256 % passwordLetters.length)
  let password = ''
  while (password.length < passwordLength) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1))
    if (byte < fair) password += passwordLetters[byte % passwordLetters.length]
  }
  return password
}
