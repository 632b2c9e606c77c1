import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commandLine } from '@nps-desktop/relay-core/api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { swapScript } from '../../../electron/backend/machine-updates/swap-script.ts'
import { poll } from '../../../relay-core/src/async/wait/poll.ts'
import { background } from '../../../relay-core/src/service/background.ts'
import { installProgram, removeProgram } from '../../../relay-core/src/service/program-file.ts'
import type { ServiceSpec } from '../../../relay-core/src/service/service.ts'

let folder: string
let spec: ServiceSpec

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps undo-'))
  for (const name of ['state', 'bin', 'words']) await mkdir(join(folder, name))
  spec = { name: 'npc', description: 'npc', program: join(folder, 'bin/npc'), args: [], folder }
  await program(spec.program, 'old')
  await program(join(folder, 'uploaded'), 'new')
  await background.install(spec)
})
afterEach(async () => {
  await background.uninstall(spec)
  await rm(folder, { recursive: true })
})

/** Writes its own name down, and stays. */
async function program(path: string, name: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\necho ${name} >> "${folder}/runs"\nexec sleep 300\n`)
  await chmod(path, 0o755)
}

/** An update whose machine goes down before anybody has said that the new program works. */
async function goesDownInUpdate(): Promise<void> {
  const script = swapScript({
    folder: join(folder, 'words'),
    service: 'background',
    program: spec.program,
    uploaded: join(folder, 'uploaded'),
    restart: commandLine('sh', '-c', 'kill -9 $PPID'),
  })
  const ended = promisify(execFile)('sh', ['-s'], { timeout: 20_000 })
  ended.child.stdin?.end(script)
  await expect(ended).rejects.toThrow('Command failed')
}

/** The kernel is another one for the script, which compares what it says of itself. */
async function startsAnew(): Promise<void> {
  const undo = join(folder, 'bin/.npc.undo')
  await writeFile(undo, (await readFile(undo, 'utf8')).replace(/^boot=.*$/m, 'boot=another'))
}

async function firstRun(): Promise<string> {
  await background.start(spec)
  return await poll(
    async () => {
      const runs = await readFile(join(folder, 'runs'), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return ''
      })
      // The file is there before its first line is.
      return runs === '' ? undefined : runs
    },
    { intervalMs: 20, timeoutMs: 10_000, onTimeout: () => new Error('nothing was started') },
  )
}

it('an update that was not proved when the machine went down is undone when the program is started by hand', async () => {
  await goesDownInUpdate()
  await startsAnew()
  expect(await firstRun()).toBe('old\n')
  expect(await readdir(join(folder, 'bin'))).toEqual(['npc'])
})

it('stays where the program alone was restarted', async () => {
  await goesDownInUpdate()
  expect(await firstRun()).toBe('new\n')
})

it('a program that was installed since stays, and nothing is left of the update', async () => {
  await goesDownInUpdate()
  await startsAnew()
  const newest = join(folder, 'newest')
  await program(newest, 'newest')
  await installProgram('npc', join(folder, 'bin'), newest)
  expect(await readdir(join(folder, 'bin'))).toEqual(['npc'])
  expect(await firstRun()).toBe('newest\n')
})

it('nothing is left of the update where the program is removed', async () => {
  await goesDownInUpdate()
  await removeProgram(spec.program)
  expect(await readdir(join(folder, 'bin'))).toEqual([])
})
