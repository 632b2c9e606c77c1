import { existsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, relative } from 'node:path'
import { runTool } from './run-tool.ts'

/** What a service of the system may do; it may do nothing else. */
export interface Sandbox {
  /** Runs under its own account, which owns `writable`; otherwise as root. */
  readonly ownAccount: boolean
  /** Files of its own that root may replace or create, for example with an editor: they are handed over at each start. */
  readonly handedOver: readonly string[]
  /** Folders of its own. */
  readonly writable: readonly string[]
  /** A file outside of them that it may write. */
  readonly logFile: string | null
  /** May read what belongs to others: shared folders, certificates. */
  readonly readsEverything: boolean
}

/** ProtectSystem=strict and ExecStartPre=+ are known from 232 on, ambient capabilities from 229. */
const minVersion = 232

/** Null when a service can have its own account here, else why not. */
export async function accountObstacle(folders: readonly string[]): Promise<string | null> {
  const { stdout } = await runTool('systemctl', ['--version'])
  const version = Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0)
  if (version < minVersion) return `systemd ${version} is older than ${minVersion}`
  const closed = folders.flatMap(ancestors).find((folder) => !isOpenToAll(folder))
  return closed === undefined ? null : `${closed} is closed to other accounts`
}

function ancestors(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...ancestors(parent), path]
}

function isOpenToAll(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  return !found || (found.mode & 0o001) !== 0
}

/**
 * The log file that the service is told to write, when it is not in one of its `own` folders. Made here, by root: the
 * service could not make it, and its unit skips a file that is not there.
 */
export function foreignLogFile(logPath: string | null, own: readonly string[]): string | null {
  if (logPath === null || !isAbsolute(logPath) || isInside(logPath, own)) return null
  if (!existsSync(dirname(logPath))) return null
  writeFileSync(logPath, '', { flag: 'a', mode: 0o640 })
  return logPath
}

export function isInside(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => !relative(folder, file).startsWith('..'))
}

/** The lines of a unit's [Service] part. Old systemd skips what it does not know. */
export function sandboxLines(
  { ownAccount, handedOver, writable, logFile, readsEverything }: Sandbox,
  account: string | null,
): string[] {
  const capabilities = ['CAP_NET_BIND_SERVICE', ...(readsEverything ? ['CAP_DAC_READ_SEARCH'] : [])].join(' ')
  const paths = [...writable, ...(logFile === null ? [] : [`-${logFile}`])]
  return [
    ...(ownAccount && account !== null
      ? [
          `User=${account}`,
          `Group=${account}`,
          `AmbientCapabilities=${capabilities}`,
          // A missing one is not a failure.
          `ExecStartPre=-+/bin/chown -h ${account}:${account} ${handedOver.map((path) => quotePath(path).replaceAll('$', '$$$$')).join(' ')}`,
        ]
      : []),
    `CapabilityBoundingSet=${capabilities}`,
    'NoNewPrivileges=yes',
    'LimitCORE=0',
    'ProtectSystem=strict',
    ...paths.map((path) => `ReadWritePaths=${quotePath(path)}`),
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectControlGroups=yes',
    'RestrictSUIDSGID=yes',
    'RestrictNamespaces=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  ]
}

/** A path in a list of paths (systemd.syntax(7)). */
function quotePath(path: string): string {
  return `"${path.replaceAll('%', '%%').replace(/["\\]/g, String.raw`\$&`)}"`
}
