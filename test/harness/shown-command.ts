import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'

/** How much of a failed command is told again: the names of failed tests, and its last lines. */
const KEPT_NAMES = 40
const KEPT_LINES = 60

/** A line by which Vitest or Playwright names a failed test. */
const NAMES_A_FAILURE = /^\s*(FAIL |✘ |× |\d+\) \[)/

/** What a command came to: its exit code (null after a signal), and, for the end of a long report, what it said about its failure. */
export interface ShownCommand {
  readonly code: number | null
  readonly failure: readonly string[]
}

/**
 * Runs a command whose output goes to ours as it comes. Where standard output is a terminal the command is asked for colours,
 * which it would leave out for a pipe.
 */
export async function runShown(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<ShownCommand> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: process.stdout.isTTY ? { ...options.env, FORCE_COLOR: '1' } : options.env,
  })
  const names: string[] = []
  const last: string[] = []
  const keep = (line: string) => {
    if (names.length < KEPT_NAMES && NAMES_A_FAILURE.test(line) && !names.includes(line)) names.push(line)
    last.push(line)
    if (last.length > KEPT_LINES) last.shift()
  }
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    let rest = ''
    from.setEncoding('utf8').on('data', (text: string) => {
      to.write(text)
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) keep(stripVTControlCharacters(line))
    })
  }
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  try {
    const closed = once(child, 'close')
    const [code] = (await once(child, 'exit')) as [number | null]
    // its last words; a process it left behind may hold the pipe open for ever
    await Promise.race([closed, setTimeout(5_000, undefined, { ref: false })])
    return { code, failure: code === 0 ? [] : [...names, '…', ...last] }
  } finally {
    process.off('SIGINT', pass).off('SIGTERM', pass)
  }
}
