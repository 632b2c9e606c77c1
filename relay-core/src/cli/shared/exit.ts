import { RelayError } from '../../api/errors.ts'
import { takeArguments } from './hide-arguments.ts'
import { printableJson } from '../../api/words/printable.ts'
import { printableLines } from './output.ts'

/** Exit codes of nps and npc; docs/cli.md lists them too. */
export const exitCode = {
  ok: 0,
  /** The sentence on standard error says what and why. */
  failed: 1,
  /** A flag, a command or the configuration file is wrong. */
  usage: 2,
  /** `status` only: not installed or not running (as the LSB has it). */
  notRunning: 3,
  /** `npc status` only: a tunnel of npc.conf is not on the server. */
  tunnelMissing: 4,
  /** Restarting would not help, so services do not (EX_CONFIG of sysexits.h). */
  hopeless: 78,
} as const

/** Ends the program with one readable line. */
export class ExitError extends Error {
  readonly exitCode: number

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ExitError'
    this.exitCode = code
  }
}

/**
 * Runs a whole command line: the only place that prints failures and sets the exit code. `secretFlags` are removed from
 * the list of processes.
 */
export async function runCommandLine(
  main: (args: string[]) => Promise<number>,
  { secretFlags }: { secretFlags: readonly string[] },
): Promise<void> {
  let args: string[] = []
  // A reader such as `head` may exit before everything is written.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode.ok)
  })
  // A service loop keeps the last output in a file, on a disk that may be full: then it is lost, and nothing else happens.
  process.stderr.on('error', () => undefined)
  try {
    args = takeArguments(secretFlags)
    process.exitCode = asServiceReads(await main(args))
  } catch (error) {
    const { code, message } = describe(error)
    if (args.some((arg) => /^--?json(=true|=1)?$/.test(arg)) && error instanceof RelayError) {
      process.stdout.write(
        `${printableJson(JSON.stringify({ error: { code: error.code, message: error.message, params: error.params } }))}\n`,
      )
    }
    process.stderr.write(`${printableLines(message)}\n`)
    process.exitCode = asServiceReads(code)
  }
}

/** launchd starts a program again after every code but 0, which there says that it would not help. */
export function asServiceReads(code: number, service = process.env['NPS_SERVICE'] ?? ''): number {
  if (!service.startsWith('launchd')) return code
  if (code === exitCode.hopeless) return exitCode.ok
  return code === exitCode.ok ? exitCode.failed : code
}

function describe(error: unknown): { code: number; message: string } {
  if (error instanceof ExitError) return { code: error.exitCode, message: error.message }
  if (error instanceof RelayError) {
    const isUsage = error.code === 'config-invalid' || error.code === 'invalid-input'
    return { code: isUsage ? exitCode.usage : exitCode.failed, message: error.message }
  }
  return { code: exitCode.failed, message: error instanceof Error ? error.message : String(error) }
}
