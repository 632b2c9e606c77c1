import { spawn, type ChildProcess } from 'node:child_process'
import { untilSettled } from '../../async/wait/until-settled.ts'
import type { BeforeDial } from '../../config/agent/before-dial-command.ts'
import { fullPath } from '../../service/run-tool.ts'

export interface CommandOutcome {
  /** Null when it could not be started, or did not end in time. */
  readonly exitCode: number | null
  /** The beginning of what it said: of its output, or after a failure of its errors. Never its arguments, which may hold a password. */
  readonly said: string
}

/** More than is ever shown; the rest is read and dropped. */
const maxKeptLength = 4_096
/** What has ended may have left a program behind that holds its output open; what was said before is here by then. */
const lastWordsMs = 500

/**
 * Runs an owner's command, by no shell, and never rejects. When the time is up or the signal fires, it is killed and not waited for; on
 * systems with process groups whatever it has started goes with it. What it leaves running when it ends by itself is left alone.
 */
export function runCommand(
  { program, args }: BeforeDial,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<CommandOutcome> {
  const failed = (said: string): CommandOutcome => ({ exitCode: null, said })
  return untilSettled<CommandOutcome>(
    (resolve) => {
      const hasGroups = process.platform !== 'win32'
      const env = { ...process.env, PATH: fullPath(), LC_ALL: 'C' }
      const child = spawn(program, args, {
        env,
        detached: hasGroups,
        windowsHide: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const said = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8')
        child[name].on('data', (text: string) => {
          said[name] = (said[name] + text).slice(0, maxKeptLength)
        })
      }
      let lastWords: NodeJS.Timeout | undefined
      const settle = () => {
        const { exitCode, signalCode } = child
        const words = exitCode === 0 ? said.stdout : said.stderr.trim() || said.stdout.trim()
        resolve({ exitCode, said: words || (signalCode === null ? '' : `it was ended by ${signalCode}`) })
      }
      child.on('error', (error) => resolve(failed(error.message)))
      const onExit = () => {
        lastWords = setTimeout(settle, lastWordsMs)
      }
      child.on('exit', onExit)
      child.on('close', settle)
      return (isGivenUp) => {
        child.off('exit', onExit)
        clearTimeout(lastWords)
        if (isGivenUp) kill(child, hasGroups)
        child.stdout.destroy()
        child.stderr.destroy()
      }
    },
    { signal, timeoutMs, onTimeout: () => new Error(`it did not end within ${timeoutMs / 1_000} s`) },
  ).catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)))
}

function kill(child: ChildProcess, hasGroups: boolean): void {
  try {
    if (hasGroups && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It has ended just now.
  }
}
