import { relayVersion } from '../version.ts'
import { exitCode, runCommandLine } from './exit.ts'
import { parseFlags, usageError } from './flags.ts'
import { print } from './output.ts'

const usage = `npc ${relayVersion}, the agent of NPS Desktop

npc -server=host:port -vkey=key [-fingerprint=sha256:...]   run in the foreground
npc -config=file          the same from a file (default conf/npc.conf)
npc install               make it a service, with the same flags (-service=auto|systemd|systemd-user|cron|background)
npc uninstall             stop it and take it away (-purge: settings and state too)
npc start|stop|restart    the service
npc status                the truth about it (-json)
npc -version              the version

The server's console and the desktop app show the line to copy. Other flags: -type=tcp, -log_level=info
(debug, info, warn, error or 0 to 7), -log_path=file, -protocol=auto (native: encrypted only; stock: for a
stock NPS 0.26). NPC_SERVER_ADDR and NPC_SERVER_VKEY stand in for
-server and -vkey.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 (status) not running, 78 starting again will not help.`

const kinds = {
  server: 'text',
  vkey: 'text',
  fingerprint: 'text',
  protocol: 'text',
  type: 'text',
  config: 'text',
  service: 'text',
  log: 'text',
  log_level: 'text',
  log_path: 'text',
  debug: 'switch',
  json: 'switch',
  purge: 'switch',
  version: 'switch',
  help: 'switch',
  h: 'switch',
} as const

// Parts are loaded when a command needs them: `npc -version` must answer on a machine where little works.
async function main(args: string[]): Promise<number> {
  const { flags, words } = parseFlags(args, kinds)
  if (flags.version || words[0] === 'version') return say(relayVersion)
  if (flags.help || flags.h || words[0] === 'help') return say(usage)
  if (words.length > 1) throw usageError(`One command at a time, not "${words.join(' ')}".\n\n${usage}`)
  const [command] = words
  if (command === undefined) {
    const { readAgentConfig } = await import('./npc-config.ts')
    const config = await readAgentConfig(flags)
    if (!config) throw usageError(usage)
    const { runAgent } = await import('./npc-run.ts')
    return runAgent(config, flags)
  }
  const service = await import('./npc-service.ts')
  switch (command) {
    case 'install':
      return service.installAgent(flags)
    case 'uninstall':
      return service.uninstallAgent(flags.purge ?? false)
    case 'start':
      return service.startAgent()
    case 'stop':
      return service.stopAgent()
    case 'restart':
      return service.restartAgent()
    case 'status':
      return service.agentStatus(flags.json ?? false)
    default:
      throw usageError(`There is no command "${command}".\n\n${usage}`)
  }
}

function say(text: string): number {
  print(text)
  return exitCode.ok
}

void runCommandLine(main)
