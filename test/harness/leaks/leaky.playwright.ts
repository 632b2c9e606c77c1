// oxlint-disable vitest/expect-expect -- each of these leaves something and expects nothing
import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@playwright/test'

/** A spec that leaves things behind, run by the guard's own test. */

test('a program', () => {
  // it ends by itself, should nobody end it
  const waits = 'setTimeout(() => undefined, 60_000)'
  spawn(process.execPath, ['-e', waits], { detached: true, stdio: 'ignore' }).unref()
})

test('a folder', async () => {
  await mkdtemp(join(tmpdir(), 'nps-leaky-'))
})
