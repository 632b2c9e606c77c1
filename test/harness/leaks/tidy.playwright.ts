import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

/** A spec that leaves nothing behind, though one thing ends late, run by the guard's own test. */

test('a program that ends by itself, and a folder that is removed', async () => {
  spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 500)'], {
    detached: true,
    stdio: 'ignore',
  }).unref()
  const folder = await mkdtemp(join(tmpdir(), 'nps-tidy-'))
  await rm(folder, { recursive: true })
  expect(existsSync(folder)).toBe(false)
})
