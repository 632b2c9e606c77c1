import { execFile } from 'node:child_process'

const timeoutMs = 45_000

/** Runs a script of Node's, a runner with its guard, beside its tests; answers how that ended and what was said. */
export function guardedRun(args: readonly string[]): Promise<{ code: unknown; said: string }> {
  const options = { cwd: import.meta.dirname, env: { ...process.env, NO_COLOR: '1' }, timeout: timeoutMs }
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, said: stdout + stderr })
    })
  })
}
