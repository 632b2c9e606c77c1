import { spawn } from 'node:child_process'

/** What a finished program left behind. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** Written to the program's standard input, which is then closed. */
  readonly input?: string
  /** The program is killed after this long; default 60 s. */
  readonly timeoutMs?: number
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
  /** Called with every piece of output, for progress. */
  readonly onOutput?: (text: string) => void
}

const defaultTimeoutMs = 60_000
/** Past this the rest of the output is thrown away, so that a chatty program cannot fill the memory. */
const maxOutputChars = 4 * 1024 * 1024

/**
 * Runs a program to its end and returns its exit code and output, whatever the code is.
 * Throws when it cannot be started, is killed by a signal, takes longer than `timeoutMs`, or is aborted.
 */
export async function tryCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, timeoutMs = defaultTimeoutMs, env = process.env, signal, onOutput } = options
  const deadline = AbortSignal.timeout(timeoutMs)
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  stop.throwIfAborted()
  const child = spawn(program, args, { env, stdio: 'pipe' })
  const output = { stdout: '', stderr: '' }
  const collect = (stream: 'stdout' | 'stderr') => {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      if (output[stream].length < maxOutputChars) output[stream] += text
      onOutput?.(text)
    })
  }
  collect('stdout')
  collect('stderr')
  // A program that ends without reading its input breaks the pipe: its exit code tells the story.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const kill = () => child.kill('SIGKILL')
  stop.addEventListener('abort', kill)
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (exitCode !== null) return { exitCode, ...output }
  } finally {
    stop.removeEventListener('abort', kill)
  }
  signal?.throwIfAborted()
  const cause = deadline.aborted ? `did not end within ${timeoutMs} ms` : `was ended by ${child.signalCode}`
  throw new Error(`${describe(program, args)} ${cause}.${tail(output)}`)
}

/** As tryCommand, but returns standard output and throws, with the output in the message, unless the exit code is 0. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(program, args, options)
  if (result.exitCode !== 0) {
    throw new Error(`${describe(program, args)} ended with exit code ${result.exitCode}.${tail(result)}`)
  }
  return result.stdout
}

function describe(program: string, args: readonly string[]): string {
  const line = [program, ...args].join(' ')
  return line.length > 300 ? `${line.slice(0, 300)}...` : line
}

function tail({ stdout, stderr }: { stdout: string; stderr: string }): string {
  const text = `${stdout}\n${stderr}`.trim()
  return text === '' ? '' : `\n${text.slice(-4000)}`
}
