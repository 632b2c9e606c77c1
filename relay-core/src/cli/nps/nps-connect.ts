import { makeClosedFolder } from '../../files/close-folder.ts'
import type { Folders } from '../../config/file/folders.ts'
import { readConfigFile } from '../../config/file/read-config-file.ts'
import { parseRelayConfig } from '../../config/relay/relay-config.ts'
import { loadOrCreateAdminKey } from '../../api-client/admin-key.ts'
import { loadOrCreateIdentity } from '../../net/tls/identity.ts'
import { handToOwner } from '../../service/account.ts'
import { ExitError, exitCode } from '../shared/exit.ts'
import { print, printJson } from '../shared/output.ts'
import { guessServerName } from './server-name.ts'

/**
 * `nps connect`: what the desktop app needs to manage this relay. Whoever may read the state folder may read
 * the admin key, so this works while nps is stopped too.
 */
export async function runConnectCommand(
  folders: Folders,
  { host = guessServerName(), json = false }: { host?: string | undefined; json?: boolean | undefined },
): Promise<number> {
  const readable = await makeClosedFolder(folders.state)
  if (readable !== null) process.stderr.write(`${readable}\n`)
  const { port, fingerprint, key } = await readAll(folders)
  const query = new URLSearchParams({ host, port: String(port), key, fingerprint })
  const link = `nps-desktop://connect?${query.toString()}`
  if (json) printJson({ link, host, port, key, fingerprint })
  else print(describeConnection({ link, host, port, key, fingerprint }))
  return exitCode.ok
}

/** In the words of the app's form, where they are pasted or typed. */
export function describeConnection(parts: {
  link: string
  host: string
  port: number
  key: string
  fingerprint: string
}): string {
  return [
    'Paste this line into NPS Desktop, under “Connect to a running nps”. It opens everything here: keep it like a password.',
    '',
    `  ${parts.link}`,
    '',
    'Or type its parts there:',
    '',
    `  Address of the server   ${parts.host}`,
    `  Port for lab boxes      ${parts.port}`,
    `  Admin key               ${parts.key}`,
    `  Identity of the server  ${parts.fingerprint}`,
  ].join('\n')
}

async function readAll(folders: Folders) {
  try {
    const { config } = parseRelayConfig(await readConfigFile(folders.config), folders.config)
    const { fingerprint } = await loadOrCreateIdentity(folders.state)
    const key = await loadOrCreateAdminKey(folders.state)
    handToOwner(folders.state)
    return { port: config.bridgePort, fingerprint, key: key.reveal() }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (code === 'EACCES') {
      throw new ExitError(
        exitCode.failed,
        `${path} may be read by its owner only. Run this as the user that nps runs as, for root with sudo.`,
      )
    }
    if (code === 'ENOENT')
      throw new ExitError(exitCode.failed, `There is no ${path}. Install first: nps install.`)
    throw error
  }
}
