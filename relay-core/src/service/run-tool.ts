import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface ToolResult {
  /** Null when it could not be started or did not end in time. */
  readonly exitCode: number | null
  readonly stdout: string
  /** What it said about its failure, for a person. */
  readonly problem: string
}

const toolTimeoutMs = 20_000

const systemPath =
  process.platform === 'win32'
    ? [join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32')]
    : ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** Our own search path first, then the system's. */
export function fullPath(): string {
  return [process.env['PATH'] ?? '', ...systemPath].join(delimiter)
}

/** The file that a tool's name leads to, through all links; undefined where there is none. */
export function pathOfTool(name: string): string | undefined {
  const found = fullPath()
    .split(delimiter)
    .map((folder) => join(folder || '/', name))
    .find((path) => existsSync(path))
  return found === undefined ? undefined : realpathSync(found)
}

/** Runs a tool of the system and never rejects: a tool that is missing or fails is an answer. */
export function runTool(
  file: string,
  args: readonly string[],
  { environment = {}, input }: { environment?: Readonly<Record<string, string>>; input?: string } = {},
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      {
        // Our own search path first-hand: a service manager's shell may have none for sbin.
        env: { ...process.env, PATH: fullPath(), LC_ALL: 'C', ...environment },
        timeout: toolTimeoutMs,
        maxBuffer: 1024 * 1024,
      },
      (error, stdout, stderr) => {
        if (!error) return resolve({ exitCode: 0, stdout, problem: stderr.trim() })
        const { code } = error as { code?: unknown }
        const problem =
          code === 'ENOENT'
            ? `${file} is not on this machine`
            : stderr.trim() || stdout.trim() || error.message
        resolve({
          exitCode: typeof code === 'number' ? code : null,
          stdout,
          problem: problem.split('\n')[0] ?? '',
        })
      },
    )
    // A tool that ends without reading its input is judged by its exit code.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input ?? '')
  })
}
