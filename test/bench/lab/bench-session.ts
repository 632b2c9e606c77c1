import { spawn } from 'node:child_process'
import type { Command } from '../place.ts'
import { prompt } from './lab-programs.ts'

const timeoutMs = 60_000

/** A key that no prompt has, and the shell does nothing for. */
const key = '#'

/** Milliseconds from the start of ssh to the prompt of the shell, and from the first key to its echo. Rejects when ssh ends before. */
export function sshSession({ program, args }: Command): Promise<{ promptMs: number; keyMs: number }> {
  const beganAtMs = performance.now()
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  let promptAtMs = 0
  return new Promise<{ promptMs: number; keyMs: number }>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`ssh: no prompt or echo within ${timeoutMs / 1000} s:\n${said}`)),
      timeoutMs,
    )
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(timer)
      reject(new Error(`ssh has ended:\n${said}`))
    })
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      if (promptAtMs === 0 && said.includes(prompt)) {
        promptAtMs = performance.now()
        said = ''
        child.stdin.write(key)
      } else if (promptAtMs > 0 && said.includes(key)) {
        resolve({ promptMs: promptAtMs - beganAtMs, keyMs: performance.now() - promptAtMs })
      }
    })
  }).finally(() => child.kill('SIGKILL'))
}
