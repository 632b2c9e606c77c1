import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const playwright = join(import.meta.dirname, '../../../node_modules/@playwright/test/cli.js')

/** Runs one spec under the guard; answers how that ended and what was said. */
function guarded(spec: string): Promise<{ code: unknown; said: string }> {
  const args = [playwright, 'test', '--config', join(import.meta.dirname, 'specs.config.ts'), spec]
  const options = { cwd: import.meta.dirname, env: { ...process.env, NO_COLOR: '1' }, timeout: 45_000 }
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, said: stdout + stderr })
    })
  })
}

test('a spec that leaves a program and a folder fails, and each is named with its spec', async () => {
  const { code, said } = await guarded('leaky')
  const [, left = ''] = said.split('left behind after the last test:')
  const [, pid] = /program (\d+) .*setTimeout.*first seen after leaky\.playwright\.ts/.exec(left) ?? []
  expect(left).toMatch(/folder nps-leaky-\w+, first seen after leaky\.playwright\.ts/)
  expect(code).toBe(1)
  process.kill(Number(pid))
})

test('a spec that leaves nothing passes', async () => {
  expect(await guarded('tidy')).toMatchObject({ code: 0 })
})
