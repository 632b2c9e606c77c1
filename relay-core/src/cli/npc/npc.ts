import { statSync } from 'node:fs'
import { kindsOf } from '../../service/service.ts'
import { relayVersion } from '../../version.ts'
import { startWithCompilerSetting } from '../shared/compilers.ts'
import { exitCode, runCommandLine } from '../shared/exit.ts'
import { parseFlags, usageError } from '../shared/flags.ts'
import { asksForHelp } from '../shared/help.ts'
import {
  npcFlagKinds,
  refusedNpcCommands,
  refuseStockFlags,
  refuseVisitWithoutPassword,
} from './npc-flags.ts'
import { withSecretFiles } from './secret-files.ts'
import { print } from '../shared/output.ts'

const usage = `npc ${relayVersion}, the agent of NPS Desktop

npc -server=host:port -vkey=key [-fingerprint=sha256:...]   run in the foreground
npc -config=file          the same from a file, with the tunnels in it (default conf/npc.conf)
npc -server=... -password=... [-local_port=2000]   visit a private tunnel or a private proxy (SOCKS5, HTTP), or by a guest pass: it
                          listens on 127.0.0.1 (-local_ip=...), and of a proxy that address is what programs are told
npc register -server=... -vkey=... [-time=2]   let this machine's address in for so many hours
npc install               make it a service, with the same flags (-service=auto|${kindsOf().join('|')})
npc uninstall             stop it and take it away (-purge: settings and state too)
npc start|stop|restart    the service
npc status                whether it runs and is online (-json); -config=file: what runs of its tunnels, as the relay says
npc -version              the version

The server's console and the desktop app show the line to copy. On a lab box it also takes

-fingerprint=sha256:...   the server's key; without it the first one seen is kept, and no other is accepted later
-vkey_file=file           in place of -vkey; -password_file=file in place of -password
-proxy=socks5://user:password@host:port   the way to the server, or http://...
-allow_target=127.0.0.1,10.0.0.0/24:22    all that this machine dials for its server, and what its private proxies reach
-share=/data/results,/other   folders of this machine that file tunnels may show
-before_dial=/opt/login   a program that is run before the server is dialled again, such as a login at the network's portal
-direct=yes               visitors of private tunnels reach this machine past the server where the networks allow it; no,
                          or guess: with guessed ports, thousands of packets
-discover=false           the server is not told what listens on this machine
-compression=yes          what this machine sends over a slow line is compressed where it shrinks; or no
-protocol=auto            native: encrypted only; stock: for a stock NPS 0.26
-disconnect_timeout=60    in pings of 5 s; a dead link is noticed within 10 s anyway
-log_level=info           debug, info, warn, error or 0 to 7
-log_path=file            a log file beside standard output
-conf_path=folder         where it keeps what it knows of servers

and a visitor takes -fingerprint, -proxy, -direct, -compression, the last three, and

-agent_fingerprint=sha256:...   the lab box's own key; "npc status" there shows it

-type=tcp and -local_type=secret of stock lines are taken too. NPC_SERVER_ADDR and NPC_SERVER_VKEY stand in for -server and -vkey. What is
given by a flag leaves the list of processes as soon as npc has started.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 (status) not running, 4 (status) a tunnel of npc.conf is missing, 78 starting again will not help.`

function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

// Parts are loaded when a command needs them: `npc -version` must answer on a machine where little works.
async function main(args: string[]): Promise<number> {
  if (asksForHelp(args)) return say(usage)
  const { flags: given, words } = parseFlags(args, npcFlagKinds)
  if (given.version || words[0] === 'version') return say(relayVersion)
  refuseStockFlags(given)
  const flags = withSecretFiles(given)
  if (words.length > 1) throw usageError(`One command at a time, not "${words.join(' ')}".\n\n${usage}`)
  const [command] = words
  const refusal = Object.hasOwn(refusedNpcCommands, command ?? '') && refusedNpcCommands[command ?? '']
  if (refusal) throw usageError(`"npc ${command}" is not offered: ${refusal}.`)
  if (command === undefined) {
    const { readNpcConf } = await import('./npc-config.ts')
    refuseVisitWithoutPassword(flags)
    const conf = await readNpcConf(flags)
    if (!conf) throw usageError(usage)
    // What came by a pipe could not be read again.
    const read = [flags.vkey_file, flags.password_file, flags.config]
    startWithCompilerSetting({
      mayStartAnew: read.every((file) => file === undefined || isRegularFile(file)),
    })
    if (flags.password !== undefined) return (await import('./npc-visit.ts')).runVisitor(conf.config, flags)
    return (await import('./npc-run.ts')).runAgent(conf, flags)
  }
  if (command === 'register') return (await import('./npc-register.ts')).register(flags)
  if (command === 'status' && flags.config !== undefined)
    return (await import('./npc-tunnels.ts')).tunnelStatus(flags, flags.json ?? false)
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
      return service.agentStatus(flags.json ?? false, flags.conf_path)
    default:
      throw usageError(`There is no command "${command}".\n\n${usage}`)
  }
}

function say(text: string): number {
  print(text)
  return exitCode.ok
}

// A proxy's address may hold its login.
void runCommandLine(main, { secretFlags: ['vkey', 'password', 'proxy', 'before_dial'] })
