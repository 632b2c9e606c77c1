import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('--help is help on standard output, and opens nothing', async () => {
  const cli = join(import.meta.dirname, 'cli.ts')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, '--help'], { timeout: 30_000 })
  expect(stdout).toContain('--data-folder=')
  expect(stdout).toContain('npm start -- --port=8123')
  expect(stderr).toBe('')
})
