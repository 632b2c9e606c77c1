import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { bunProgram } from '../../build/relay/bun.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * Runs test files, or all of a folder, on Bun, by their paths below the repository's root; none may fail. Answers how many tests passed.
 * Bun runs what is written for Vitest; it tells the outcome on stderr, and a failed test is a failed program.
 */
export async function passedOnBun(
  paths: readonly string[],
  { timeoutMs }: { timeoutMs: number },
): Promise<number> {
  const args = ['test', ...paths.map((path) => resolve(root, path))]
  const { stderr } = await promisify(execFile)(await bunProgram(), args, { timeout: timeoutMs })
  expect(stderr).toMatch(/\b0 fail\b/)
  return Number(/(\d+) pass\b/.exec(stderr)?.[1])
}
