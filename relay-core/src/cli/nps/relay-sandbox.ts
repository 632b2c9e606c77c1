import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Folders } from '../../config/file/folders.ts'
import { readConfigFile } from '../../config/file/read-config-file.ts'
import { parseRelayConfig, type RelayConfig } from '../../config/relay/relay-config.ts'
import { accountObstacle, foreignLogFile, isInside, type Sandbox } from '../../service/sandbox.ts'

/** What nps needs in any case: its settings, which the app saves, and its state. */
export function ownFolders({ config, state }: Folders): Sandbox {
  return {
    ownAccount: true,
    handedOver: [config, ...['relay.db', 'identity.pem', 'admin.key'].map((name) => join(state, name))],
    writable: [dirname(config), state],
    logFile: null,
    readsEverything: false,
  }
}

/**
 * What nps as a service of the system may do: where possible it has its own account, which can write its own folders
 * only. Once that account owns nps.conf, the file is that account's request and grants it nothing new.
 * `note`: what the person who installs should know.
 */
export async function relaySandbox(folders: Folders): Promise<{ sandbox: Sandbox; note: string | null }> {
  const own = ownFolders(folders)
  if (process.getuid?.() !== 0) return { sandbox: own, note: null }
  if (process.platform !== 'linux')
    return {
      sandbox: { ...own, ownAccount: false },
      note: '  (it runs as root: only on Linux and Windows it gets an account of its own)',
    }
  const obstacle = await accountObstacle([folders.root])
  if (obstacle !== null) {
    const asRoot = { ...own, ownAccount: false, readsEverything: true }
    return { sandbox: asRoot, note: `  (it runs as root: ${obstacle})` }
  }
  const isOfRoot = statSync(folders.config).uid === 0
  const config = isOfRoot ? await configOf(folders) : null
  const before = grantedBefore()
  const logFile = isOfRoot ? config && foreignLogFile(config.logPath, own.writable) : before.logFile
  const readsEverything = isOfRoot
    ? (config !== null && readsOthers(config, folders.root)) || hasHostCertificates(folders.state)
    : before.readsEverything
  const note = readsEverything
    ? '  (it may read files of every account, for certificates that it is told to use lie outside of its folder)'
    : null
  return { sandbox: { ...own, logFile, readsEverything }, note }
}

/** Null for settings that nps would refuse: it says so itself when it starts. */
async function configOf({ config }: Folders): Promise<RelayConfig | null> {
  try {
    return parseRelayConfig(await readConfigFile(config), config).config
  } catch {
    return null
  }
}

function readsOthers({ webTls, hosts }: RelayConfig, root: string): boolean {
  const files = [webTls?.certFile, webTls?.keyFile, hosts.certFile, hosts.keyFile]
  return files.some((file) => typeof file === 'string' && file.startsWith('/') && !isInside(file, [root]))
}

/** Whether a host tunnel has a certificate of its own. */
function hasHostCertificates(state: string): boolean {
  const file = join(state, 'relay.db')
  if (!existsSync(file)) return false
  try {
    using database = new DatabaseSync(file, { readOnly: true })
    return database.prepare(`select 1 from tunnels where settings like '%"certFile"%'`).get() !== undefined
  } catch {
    // A state that cannot be read is reported when nps starts.
    return false
  }
}

/** What the unit of the last `install` says, which is root's own file. */
function grantedBefore(): Pick<Sandbox, 'logFile' | 'readsEverything'> {
  const unit = '/etc/systemd/system/nps.service'
  const text = existsSync(unit) ? readFileSync(unit, 'utf8') : ''
  return {
    logFile: /^ReadWritePaths="-([^"%\\]*)"$/m.exec(text)?.[1] ?? null,
    readsEverything: /^AmbientCapabilities=.*CAP_DAC_READ_SEARCH/m.test(text),
  }
}
