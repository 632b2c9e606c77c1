import { printable } from '../../api/words/printable.ts'
import type { BeforeDial } from '../../config/agent/before-dial-command.ts'
import type { Log } from '../../log/log.ts'
import { runCommand } from './run-portal-command.ts'

/** A login is not asked for more often than this, however often the relay is dialled. */
const intervalMs = 30_000
const commandTimeoutMs = 20_000
const maxShownLength = 200

/**
 * Runs the owner's command before the relay is dialled again, such as a login at the network's portal. It is started directly, by no
 * shell, ends after 20 s at the latest, and holds the attempt up until then; what becomes of it changes nothing else.
 */
export function beforeDial(
  command: BeforeDial,
  log: Log,
  { timeoutMs = commandTimeoutMs } = {},
): (options: { signal: AbortSignal }) => Promise<void> {
  let ranAtMs = -Infinity
  return async ({ signal }) => {
    if (performance.now() - ranAtMs < intervalMs) return
    ranAtMs = performance.now()
    const { program } = command
    const { exitCode, said: words } = await runCommand(command, { signal, timeoutMs })
    if (signal.aborted) return
    const said = printable(words.trim().split('\n')[0] ?? '').slice(0, maxShownLength)
    if (exitCode === 0) log.info('the command before dialling is done', { program, said })
    else log.warn('the command before dialling failed', { program, code: exitCode ?? 'none', said })
  }
}
