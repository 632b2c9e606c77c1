import { spawn } from 'node:child_process'
import { untilSettled } from '../../../async/wait/until-settled.ts'

/** Thousands of sockets or processes; what a tool says beyond that is cut off. */
const maxAnswerBytes = 1024 * 1024

/**
 * What a program of the system says on its output, with arguments of ours and by no shell. Never rejects. One that hangs, or says more than 1 MiB, is
 * ended, with all it has started outside Windows, and what it has said by then is the answer. Null where it cannot be started, or has said nothing in time.
 */
export function askTool(
  file: string,
  args: readonly string[],
  { timeoutMs, environment = {} }: { timeoutMs: number; environment?: Readonly<Record<string, string>> },
): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  const said = (): string => Buffer.concat(chunks).subarray(0, maxAnswerBytes).toString('utf8')
  return untilSettled<string | null>(
    (resolve) => {
      const hasGroups = process.platform !== 'win32'
      const child = spawn(file, args, {
        env: { ...process.env, ...environment },
        detached: hasGroups,
        windowsHide: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let isOver = false
      child.on('error', () => resolve(null))
      child.stdout.on('error', () => undefined)
      child.stdout.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= maxAnswerBytes) resolve(said())
      })
      child.on('close', () => {
        isOver = true
        resolve(said())
      })
      return () => {
        child.stdout.destroy()
        if (isOver || child.pid === undefined) return
        try {
          if (hasGroups) process.kill(-child.pid, 'SIGKILL')
          else child.kill('SIGKILL')
        } catch {
          // it has ended just now
        }
      }
    },
    { timeoutMs, onTimeout: () => new Error('time is up') },
  ).catch(() => (bytes === 0 ? null : said()))
}
