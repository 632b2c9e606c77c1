import { relayFolders } from '../../config/file/folders.ts'
import { kindsOf } from '../../service/service.ts'
import { relayVersion } from '../../version.ts'
import { startWithCompilerSetting } from '../shared/compilers.ts'
import { exitCode, runCommandLine } from '../shared/exit.ts'
import { parseFlags, usageError } from '../shared/flags.ts'
import { asksForHelp } from '../shared/help.ts'
import { print } from '../shared/output.ts'
import { noUpdate } from '../shared/stock-words.ts'

const usage = `nps ${relayVersion}, the relay of NPS Desktop

nps                      run in the foreground (-conf_path=folder -log_level=info -log_path=file)
nps install              make it a service (-service=auto|${kindsOf().join('|')})
                         beside another nps: -conf_path=folder -program_folder=folder
nps uninstall            stop it and take it away (-purge: settings and state too)
nps start|stop|restart   the service
nps status               whether it runs, its ports, how many clients are online (-json)
nps reload               read nps.conf again
nps connect              what the desktop app needs to manage this relay (-host=... -json)
nps import folder        take clients, tunnels and hosts from the conf folder of a stock nps (-json)
nps client|tunnel|pass   clients, tunnels and guest passes of the running relay; "nps client" lists the commands
nps webhook              where it tells what happens: a chat of Feishu, DingTalk, WeCom or Slack, or a program
nps -version             the version

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 (status) not running, 78 starting again will not help.`

const kinds = {
  conf_path: 'text',
  program_folder: 'text',
  log_level: 'text',
  log_path: 'text',
  service: 'text',
  host: 'text',
  json: 'switch',
  purge: 'switch',
  version: 'switch',
} as const

// Parts are loaded when a command needs them: `nps -version` must answer on a machine where little works.
async function main(args: string[]): Promise<number> {
  if (asksForHelp(args)) return say(await usageOf(args[0] === 'help' ? args[1] : args[0]))
  const { group, others } = splitGroup(args)
  if (group === 'client') {
    const { runClientCommand } = await import('./nps-client.ts')
    return runClientCommand(others, relayFolders)
  }
  if (group === 'tunnel') {
    const { runTunnelCommand } = await import('./nps-tunnel.ts')
    return runTunnelCommand(others, relayFolders)
  }
  if (group === 'pass') {
    const { runPassCommand } = await import('./nps-pass.ts')
    return runPassCommand(others, relayFolders)
  }
  if (group === 'webhook') {
    const { runWebhookCommand } = await import('./nps-webhook.ts')
    return runWebhookCommand(others, relayFolders)
  }
  const { flags, words } = parseFlags(args, kinds)
  if (flags.version || words[0] === 'version') return say(relayVersion)
  if (words[0] === 'import' && words.length <= 2) {
    const { runImportCommand } = await import('./nps-import.ts')
    return runImportCommand(relayFolders(flags.conf_path), { folder: words[1], json: flags.json })
  }
  if (words.length > 1) throw usageError(`One command at a time, not "${words.join(' ')}".\n\n${usage}`)
  const [command] = words
  if (command === undefined) {
    startWithCompilerSetting()
    const { runRelay } = await import('./nps-run.ts')
    return runRelay(relayFolders(flags.conf_path), flags)
  }
  if (command === 'connect') {
    const { runConnectCommand } = await import('./nps-connect.ts')
    return runConnectCommand(relayFolders(flags.conf_path), flags)
  }
  const service = await import('./nps-service.ts')
  if (command === 'install') return service.installRelay(flags)
  const folders = relayFolders(flags.conf_path)
  switch (command) {
    case 'uninstall':
      return service.uninstallRelay(folders, flags.purge ?? false)
    case 'start':
      return service.startRelay(folders)
    case 'stop':
      return service.stopRelay(folders)
    case 'restart':
      return service.restartRelay(folders)
    case 'status':
      return service.relayStatus(folders, flags.json ?? false)
    case 'reload':
      return service.reload(folders)
    case 'update':
      throw usageError(`"nps update" is not offered: ${noUpdate('nps')}.`)
    default:
      throw usageError(`There is no command "${command}".\n\n${usage}`)
  }
}

/** The first word, behind flags that have their values with them (`-conf_path=folder client list`), and all the rest. */
function splitGroup(args: string[]): { group: string | undefined; others: string[] } {
  const at = args.findIndex((arg) => !/^-.*=/.test(arg))
  return { group: args[at], others: args.toSpliced(at, 1) }
}

async function usageOf(command: string | undefined): Promise<string> {
  if (command === 'client') return (await import('./nps-client.ts')).clientUsage
  if (command === 'tunnel') return (await import('./nps-tunnel.ts')).tunnelUsage
  if (command === 'pass') return (await import('./nps-pass.ts')).passUsage
  if (command === 'webhook') return (await import('./nps-webhook.ts')).webhookUsage
  return usage
}

function say(text: string): number {
  print(text)
  return exitCode.ok
}

// Passwords and keys of tunnels and clients; `-user` is name:password; `-url` and `-secret` are a webhook's.
void runCommandLine(main, { secretFlags: ['vkey', 'password', 'user', 'url', 'secret'] })
