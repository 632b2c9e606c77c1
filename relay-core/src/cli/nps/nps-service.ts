import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { makeClosedFolder } from '../../files/close-folder.ts'
import { writeFileAtomically } from '../../files/atomic-file.ts'
import { foldersIn, installFolder, type Folders } from '../../config/file/folders.ts'
import { thisProcess } from '../../config/file/system-folders.ts'
import { shippedConf } from '../../config/relay/shipped-conf.ts'
import { connectControlSocket } from '../../api-client/connect-control-socket.ts'
import { controlPath } from '../../api-client/control-path.ts'
import { reloadRelay } from '../../api-client/reload-relay.ts'
import type { Service } from '../../service/service.ts'
import { makeAdministratorsFolder } from '../../service/windows/administrators-folder.ts'
import { ExitError, exitCode } from '../shared/exit.ts'
import { print } from '../shared/output.ts'
import * as command from '../shared/service-command.ts'
import { awaitReady } from '../shared/await-ready.ts'
import { webhookLines } from './nps-webhook.ts'
import { ownFolders, relaySandbox } from './relay-sandbox.ts'

/** `nps install`: settings into their folder (existing ones are kept), the program, the service. */
export async function installRelay(flags: {
  conf_path?: string
  program_folder?: string
  service?: string
}): Promise<number> {
  const who = thisProcess()
  const folders = foldersIn(
    flags.conf_path === undefined ? installFolder('nps', who) : resolve(flags.conf_path),
    join('conf', 'nps.conf'),
  )
  const isOfSystem = flags.conf_path === undefined && who.isRoot
  const readable = await (isOfSystem ? makeAdministratorsFolder : makeClosedFolder)(folders.root)
  await mkdir(dirname(folders.config), { recursive: true })
  await mkdir(folders.programs, { recursive: true })
  const isKept = existsSync(folders.config)
  if (!isKept) {
    // What someone has edited in the unpacked archive is what they want.
    const unpacked = join(dirname(who.program), 'conf', 'nps.conf')
    const text = existsSync(unpacked) ? await readFile(unpacked, 'utf8') : shippedConf
    await writeFileAtomically(folders.config, text, 0o600)
  }
  await mkdir(folders.state, { recursive: true, mode: 0o700 })
  const programFolder = flags.program_folder === undefined ? undefined : resolve(flags.program_folder)
  const { sandbox, note } = await relaySandbox(folders)
  await command.install({ ...installable(folders), sandbox }, flags.service, programFolder)
  for (const line of [note, readable]) if (line !== null) print(line)
  print(
    isKept
      ? `The settings in ${folders.config} are kept. Next: nps start`
      : `Its settings are in ${folders.config}: set web_password there if you want the web console. Next: nps start`,
  )
  return exitCode.ok
}

export function uninstallRelay(folders: Folders, purge: boolean): Promise<number> {
  return command.uninstall(installable(folders), { purge })
}

export async function startRelay(folders: Folders): Promise<number> {
  await noteForeignConf(folders)
  return command.start(installable(folders), (service) => relayReady(folders, service))
}

export function stopRelay(folders: Folders): Promise<number> {
  return command.stop(installable(folders))
}

export function restartRelay(folders: Folders): Promise<number> {
  return command.restart(installable(folders), (service) => relayReady(folders, service))
}

export function relayStatus(folders: Folders, json: boolean): Promise<number> {
  const ask = async () => {
    const connection = await connectControlSocket(controlPath(folders.state))
    try {
      const [status, { webhook }] = await Promise.all([
        connection.client.status.get({}),
        // an older one that still runs has none
        connection.client.webhook.get({}).catch(() => ({ webhook: null })),
      ])
      const { version, bridgePort, webPort, httpPort, httpsPort, clientsOnline, clientsTotal } = status
      const console = webPort === null ? 'no console' : `console on port ${webPort}`
      const hosts = [httpPort, httpsPort].filter((port) => port)
      const sites = hosts.length > 0 ? `hosts on port ${hosts.join(' and ')}, ` : ''
      return {
        text: `Version ${version}, bridge on port ${bridgePort}, ${console}, ${sites}${clientsOnline} of ${clientsTotal} clients online.${webhook ? `\n${webhookLines(webhook)}` : ''}`,
        values: { ...status, webhook },
      }
    } finally {
      connection.close()
    }
  }
  const foreground = () => ask().catch(() => undefined)
  return command.status(installable(folders), { json, more: ask, foreground })
}

export async function reload(folders: Folders): Promise<number> {
  print((await reloadRelay(controlPath(folders.state))).trimEnd())
  return exitCode.ok
}

function relayReady(folders: Folders, service: Service): Promise<string> {
  return awaitReady({
    name: 'nps',
    status: () => command.installedStatus(installable(folders)),
    logHint: service.kind.startsWith('systemd')
      ? `journalctl ${service.kind === 'systemd' ? '' : '--user '}-u nps`
      : join(folders.state, 'nps.log'),
    isReady: async () => {
      const connection = await connectControlSocket(controlPath(folders.state))
      try {
        const { bridgePort } = await connection.client.status.get({})
        return `nps is running; its bridge listens on port ${bridgePort}.`
      } finally {
        connection.close()
      }
    },
  })
}

function installable(folders: Folders): command.Installable {
  const { root } = folders
  return {
    // Whatever was installed: whether it has its own account is found by that account.
    sandbox: ownFolders(folders),
    name: 'nps',
    description: 'nps, the relay between visitors and lab boxes',
    folder: root,
    args: [`-conf_path=${root}`],
  }
}

/** It is easy to edit the copy in the unpacked archive after the install, although another file is in effect then. */
async function noteForeignConf({ config }: Folders): Promise<void> {
  const here = resolve('conf', 'nps.conf')
  if (here === config || !existsSync(here) || !existsSync(config)) return
  try {
    if ((await readFile(here, 'utf8')) !== (await readFile(config, 'utf8'))) {
      print(`Note: ${config} counts, not ${here}, and they differ.`)
    }
  } catch (error) {
    throw new ExitError(exitCode.failed, `${config} cannot be read: ${String(error)}`, { cause: error })
  }
}
