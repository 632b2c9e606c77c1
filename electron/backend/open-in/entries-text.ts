import type { SshHost } from './ssh-hosts.ts'

/** Of an ssh server: what known_hosts holds of its key. */
export interface WholeHostKey {
  readonly algorithm: string
  /** In base64. */
  readonly key: string
}

export interface SshEntry {
  readonly name: string
  readonly host: SshHost
  /** Null: the app has none for it, and ssh asks by itself. */
  readonly hostKey: WholeHostKey | null
  /** The key file of the sign-in; null where it is by something else. */
  readonly identityFile: string | null
}

/** The app's own file for ssh_config(5). `knownHosts`: how it names its file of keys. */
export function entriesText(entries: readonly SshEntry[], { knownHosts }: { knownHosts: string }): string {
  const head = [
    '# Lab boxes of NPS Desktop. It rewrites this file whenever they change;',
    '# "Open in other programs" in its settings takes it away.',
    '',
  ]
  return `${[...head, ...entries.flatMap((entry) => entryLines(entry, knownHosts))].join('\n')}\n`
}

/** The app's own known_hosts: each key under the name that its entry asks for. */
export function knownHostsText(entries: readonly SshEntry[]): string {
  return entries
    .flatMap(({ name, hostKey }) =>
      hostKey ? [`${keyName(name)} ${hostKey.algorithm} ${hostKey.key}\n`] : [],
    )
    .join('')
}

/** The names in a text that `entriesText` has made, by lab box. */
export function namesIn(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^Host (\S+)\n {2}# lab box (\S+)$/gm)].map(([, name = '', labId = '']) => [
      labId,
      name,
    ]),
  )
}

/**
 * A path as a value of ssh_config: in quotes, with `/` on Windows too, and with `%` doubled, which begins a token. Null where it
 * cannot be written: quotes, ends of lines, and what ssh takes for a variable.
 */
export function pathValue(path: string, { isWindows }: { isWindows: boolean }): string | null {
  if (/["\r\n]|\$\{/.test(path)) return null
  const plain = (isWindows ? path.replaceAll('\\', '/') : path).replaceAll('%', '%%')
  return plain.includes('\\') ? null : `"${plain}"`
}

function entryLines({ name, host, hostKey, identityFile }: SshEntry, knownHosts: string): string[] {
  return [
    `Host ${name}`,
    `  # lab box ${host.labId}`,
    `  HostName ${host.host}`,
    `  Port ${host.port}`,
    ...(host.user === null ? [] : [`  User ${host.user}`]),
    `  HostKeyAlias ${keyName(name)}`,
    ...(hostKey ? [`  UserKnownHostsFile ${knownHosts}`, '  StrictHostKeyChecking yes'] : []),
    ...(identityFile === null ? [] : [`  IdentityFile ${identityFile}`, '  IdentitiesOnly yes']),
    '  ServerAliveInterval 15',
    '  ServerAliveCountMax 4',
    '',
  ]
}

/** Not the name alone: the account's own known_hosts may have that for another machine. */
function keyName(name: string): string {
  return `${name}.nps-desktop`
}
