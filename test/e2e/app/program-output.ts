import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Adds each line that the process prints to `lines`. */
export function collectOutput({ stdout, stderr }: ChildProcess, lines: string[]): void {
  for (const stream of [stdout, stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => lines.push(line))
  }
}
