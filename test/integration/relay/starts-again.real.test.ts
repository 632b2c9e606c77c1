import { spawnSync } from 'node:child_process'
import { constants, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ourProgram, type Runtime } from '../../compliance/table/runtimes.ts'

let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-again-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** What npc says and how it ends after the file of its program went away as it began. */
function npcWithoutItsFile(runtime: Runtime, args: readonly string[]) {
  const [command, script = ''] = ourProgram('npc', runtime)
  const copy = join(folder, basename(command))
  copyFileSync(command, copy, constants.COPYFILE_FICLONE)
  const first = join(folder, 'first.mjs')
  writeFileSync(first, `import { rmSync } from 'node:fs'\nrmSync(process.execPath, { force: true })\n`)
  const before = runtime === 'Bun' ? `--preload=${first}` : `--import=${first}`
  const { status, stderr } = spawnSync(copy, [before, script, ...args, `-conf_path=${folder}`], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  })
  return { status, said: stderr.trim().split('\n') }
}

test.each(['Bun', 'Node'] as const)(
  'npc whose file was replaced as it began goes on as it is, and its last words are its own (%s)',
  (runtime) => {
    // a value that it refuses only after it would have started itself again
    const { status, said } = npcWithoutItsFile(runtime, [
      '-server=127.0.0.1:1',
      '-vkey=a-key-of-a-lab-0123456789',
      '-log_level=loud',
    ])
    expect(said).toEqual([expect.stringContaining('log_level')])
    expect(status).toBe(2)
  },
)
