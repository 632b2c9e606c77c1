import { readConfigFile } from '../../config/file/read-config-file.ts'
import { parseRelayConfig, readLogLevel, type RelayConfig } from '../../config/relay/relay-config.ts'
import type { Folders } from '../../config/file/folders.ts'
import { makeClosedFolder } from '../../files/close-folder.ts'
import { RelayError } from '../../api/errors.ts'
import { createLog, type Log } from '../../log/log.ts'
import { controlPath } from '../../api-client/control-path.ts'
import { reloadRelay } from '../../api-client/reload-relay.ts'
import { builtInAssets } from '../../relay/console/built-in-assets.ts'
import { Relay } from '../../relay/relay.ts'
import { ExitError, exitCode } from '../shared/exit.ts'
import { usageError } from '../shared/flags.ts'
import { openLogOutput } from '../shared/log-output.ts'
import { compileFromNowOn } from '../shared/compilers.ts'
import { endWithin, stopRequested } from '../shared/wait-for-stop.ts'

const closeTimeoutMs = 5_000

/** Plain `nps`: the relay in the foreground, its log on standard output, until it is asked to stop. */
export async function runRelay(
  folders: Folders,
  flags: { log_level?: string; log_path?: string },
): Promise<number> {
  const stop = stopRequested()
  const adjustConfig = withFlags(flags)
  const { config: read, warnings } = await readConfig(folders)
  const config = adjustConfig(read)
  const writeLog = openLogOutput(config.logPath)
  const log = createLog({ level: config.logLevel, write: writeLog })
  for (const { line, message } of warnings) log.warn(`${folders.config}:${line}: ${message}`)
  const readable = await makeClosedFolder(folders.state)
  if (readable !== null) log.warn(readable)
  const service = process.env['NPS_SERVICE']
  const restart = Promise.withResolvers<'restart'>()
  const relay = new Relay({
    config,
    folder: folders.state,
    configPath: folders.config,
    adjustConfig,
    programsFolder: folders.programs,
    controlSocket: true,
    consoleAssets: builtInAssets,
    writeLog,
    service: service ?? 'foreground',
    ...(service && { restart: () => restart.resolve('restart') }),
  })
  reloadOnSignal(folders, log)
  await relay.start()
  compileFromNowOn()
  const reason = await Promise.race([stop, restart.promise])
  log.info('nps stops', { reason })
  await endWithin(closeTimeoutMs, relay.close())
  return exitCode.ok
}

/** Windows has no such signal: Node calls it so when a window is closed. `nps reload` works everywhere. */
function reloadOnSignal({ state }: Folders, log: Log): void {
  if (process.platform === 'win32') return
  process.on('SIGHUP', () => {
    reloadRelay(controlPath(state)).catch((error: unknown) => log.error('not reloaded', { error }))
  })
}

async function readConfig(folders: Folders) {
  try {
    return parseRelayConfig(await readConfigFile(folders.config), folders.config)
  } catch (error) {
    // The same text would be refused again: services wait for a person to fix it.
    if (error instanceof RelayError) throw new ExitError(exitCode.hopeless, error.message, { cause: error })
    throw explainMissing(error as NodeJS.ErrnoException, folders)
  }
}

/** `-log_level` takes precedence over nps.conf; nps.conf takes precedence over `-log_path`, which service loops pass. */
function withFlags(flags: { log_level?: string; log_path?: string }): (config: RelayConfig) => RelayConfig {
  const level = flags.log_level === undefined ? undefined : readLogLevel(flags.log_level)
  if (flags.log_level !== undefined && !level) {
    throw usageError('-log_level needs a number from 0 to 7, or debug, info, warn or error.')
  }
  return (config) => ({
    ...config,
    logLevel: level ?? config.logLevel,
    logPath: config.logPath ?? flags.log_path ?? null,
  })
}

function explainMissing(error: NodeJS.ErrnoException, { config }: Folders): Error {
  if (error.code === 'ENOENT') {
    return new ExitError(
      exitCode.hopeless,
      `There is no ${config}. "nps install" makes one, or name the folder that holds conf/nps.conf: nps -conf_path=...`,
    )
  }
  if (error.code === 'EACCES') {
    return new ExitError(
      exitCode.failed,
      `${config} may not be read by this user. Run nps as its owner, or with sudo.`,
    )
  }
  return error
}
