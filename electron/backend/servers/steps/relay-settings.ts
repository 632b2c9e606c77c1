import { randomInt } from 'node:crypto'
import type { PortRange } from '@nps-desktop/electron/contract'
import {
  editConfig,
  isWeakPassword,
  parseRelayConfig,
  PortRanges,
  type RelayConfig,
} from '@nps-desktop/relay-core/config'
import { AppError } from '../../failures/app-error.ts'
import type { MachineOwner } from '../../provisioning/jobs/workplace.ts'
import { shellWord as quote } from '@nps-desktop/relay-core/api'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'

/** What setting up asks of nps.conf. */
export interface WantedSettings {
  readonly bridgePort: number
  readonly range: PortRange
  /** Null: the port in the file is free. */
  readonly consolePort: number | null
}

const confPath = (folder: string): string => `${folder}/conf/nps.conf`

/** Null when there is no nps.conf yet, or one that nps would refuse. */
export async function readRelaySettings(
  owner: MachineOwner,
  folder: string,
  { signal }: { signal: AbortSignal },
): Promise<RelayConfig | null> {
  const { stdout, exitCode } = await owner.shell.run(`cat ${quote(confPath(folder))}`, { signal })
  if (exitCode !== 0) return null
  try {
    return parseRelayConfig(stdout, confPath(folder), {}).config
  } catch {
    // The config step names the line; here only the ports would have been of use.
    return null
  }
}

/**
 * The keys to change so that nps.conf is as wanted; empty when it is. A console password that is fine stays, more
 * allowed ports than wanted stay, and the console listens on the machine itself while its password is a default one:
 * the app comes in by the bridge. Throws the relay's `config-invalid` for a file that nps would refuse.
 */
export function settingsToChange(text: string, path: string, wanted: WantedSettings): Record<string, string> {
  const { config } = parseRelayConfig(text, path, {})
  const changes: Record<string, string> = {}
  if (config.bridgePort !== wanted.bridgePort) changes['bridge_port'] = String(wanted.bridgePort)
  const { from, to } = wanted.range
  if (config.allowPorts.ranges.length === 0) changes['allow_ports'] = `${from}-${to}`
  else if (!covers(config.allowPorts, wanted.range))
    changes['allow_ports'] = `${String(config.allowPorts)},${from}-${to}`
  if (wanted.consolePort !== null && config.webPort !== null) changes['web_port'] = String(wanted.consolePort)
  if (isWeakPassword(config.webPassword.reveal(), config.webUsername)) {
    changes['web_password'] = randomPassword()
    changes['web_ip'] = '127.0.0.1'
  }
  if (isAsShipped(text, config)) changes['stock_protocol'] = 'false'
  return changes
}

/**
 * Nobody has logged in to the console yet, and the file is not one of stock NPS, whose agents would be cut off: every
 * agent of this relay will be ours, and the unencrypted protocol is not needed.
 */
function isAsShipped(text: string, { stockProtocol, webPassword }: RelayConfig): boolean {
  return stockProtocol && webPassword.reveal() === '' && /^stock_protocol\s*=/m.test(text)
}

/**
 * Changes the file in one go: the new text is complete before it takes the old one's place, which stays beside it as
 * nps.conf.previous. Rejects with `config-write-failed`.
 */
export async function writeRelaySettings(
  owner: MachineOwner,
  folder: string,
  decide: (text: string, path: string) => Record<string, string>,
  { signal }: { signal: AbortSignal },
): Promise<{ path: string; changed: boolean }> {
  const path = confPath(folder)
  try {
    const text = await owner.shell.output(`cat ${quote(path)}`, { signal })
    const changes = decide(text, path)
    if (Object.keys(changes).length === 0) return { path, changed: false }
    const file = quote(path)
    await owner.shell.output(
      // Under names that mktemp draws: the account that nps runs as may write in this folder, and root must not follow
      // a link that lies there. Owner and mode stay as they are, but for the rest of the world.
      `umask 077
new=$(mktemp ${file}.XXXXXX) && old=$(mktemp ${file}.XXXXXX) || exit 1
cp -p ${file} "$old" && cp -p ${file} "$new" && cat > "$new" && chmod o-rwx "$new" && mv -f "$old" ${file}.previous && mv -f "$new" ${file} || { rm -f "$new" "$old"; exit 1; }`,
      { stdin: editConfig(text, changes), signal },
    )
    return { path, changed: true }
  } catch (error) {
    if (!(error instanceof RemoteCommandFailed)) throw error
    const { host } = owner.shell.session.address
    throw new AppError(
      'config-write-failed',
      `${path} on ${host} could not be changed: ${error.message}. It is as it was.`,
      { host, path, reason: error.message },
      { cause: error, fixes: [{ action: 'retry' }] },
    )
  }
}

function covers(allowed: PortRanges, { from, to }: PortRange): boolean {
  for (let port = from; port <= to; port++) if (!allowed.has(port)) return false
  return true
}

/** Twenty letters and digits without look-alikes: some 115 bits, and a person can type it. */
function randomPassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
  return Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join('')
}
