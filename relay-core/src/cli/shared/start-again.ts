import { accessSync, constants } from 'node:fs'

/**
 * Replaces this program by itself, under the same pid, with other arguments and environment. Returns only where that cannot be done:
 * on Windows, which has no such call, with an old kernel, or after the program's file has been replaced.
 */
export function startAgain(args: readonly string[], env: NodeJS.ProcessEnv): void {
  if (process.platform === 'win32') return
  const { execPath } = process
  dropWarningOfExecve()
  try {
    // Node ends a program whose call fails.
    accessSync(execPath, constants.X_OK)
    process.execve?.(execPath, [execPath, ...scriptOf(process), ...args], env)
  } catch {
    // The program goes on as it is.
  }
}

/** That the call is new to the runtime: in a program that goes on it would be told as what the program said last. */
function dropWarningOfExecve(): void {
  const listeners = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.message.startsWith('process.execve ')) return
    for (const listener of listeners) listener(warning)
  })
}

/** What precedes a program's own arguments: nothing in a one-file program, whatever its file is called. */
export function scriptOf({
  argv: [, script],
  execArgv,
}: Pick<NodeJS.Process, 'argv' | 'execArgv'>): readonly string[] {
  // Bun's one-file program has a virtual file system of its own.
  return script === undefined || script.startsWith('/$bunfs/') ? [] : [...execArgv, script]
}
