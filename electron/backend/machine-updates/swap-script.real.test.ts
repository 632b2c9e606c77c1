import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commandLine } from '@nps-desktop/relay-core/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { swapScript } from './swap-script.ts'

let place: string
let folder: string
let program: string
let uploaded: string

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'nps-desktop-swap-'))
  folder = join(place, 'words')
  program = join(place, 'bin', 'npc')
  uploaded = join(place, 'uploaded')
  await mkdir(folder)
  await mkdir(join(place, 'bin'))
  await writeFile(program, 'old')
  await writeFile(uploaded, 'new')
})
afterEach(() => rm(place, { recursive: true }))

/** `restart` runs once for the new program, and once more where the old one is put back. */
async function swap(
  restart: string,
): Promise<{ state: string; said: string; holds: string; beside: string[] }> {
  const script = swapScript({ folder, program, uploaded, restart: commandLine('sh', '-c', restart) })
  const ended = promisify(execFile)('sh', ['-s'], { timeout: 20_000 })
  ended.child.stdin?.end(script)
  await ended
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  return {
    state: (await read('state')).trim(),
    said: (await read('said')).trim(),
    holds: await readFile(program, 'utf8'),
    beside: await readdir(join(place, 'bin')),
  }
}

test('the word to keep counts where there is one to go back too', async () => {
  const ended = await swap(`: > ${folder}/back; : > ${folder}/keep`)
  expect(ended).toMatchObject({ state: 'kept', holds: 'new', beside: ['npc'] })
})

test('the old program takes no room while it waits, and is the same file when it is put back', async () => {
  const { ino } = await stat(program)
  const ended = await swap(`ls -i ${place}/bin/.npc.before; : > ${folder}/back`)
  expect(ended).toMatchObject({ state: 'undone', holds: 'old', beside: ['npc'] })
  expect(ended.said).toContain(`${ino} `)
  expect((await stat(program)).ino).toBe(ino)
})

test('what cannot be put in place leaves nothing beside the old program', async () => {
  await rm(uploaded)
  const ended = await swap('exit 1')
  expect(ended).toMatchObject({ state: 'failed', holds: 'old', beside: ['npc'] })
  expect(ended.said).toMatch(/No such file/i)
})

test('a second update beside one that is not decided yet is refused, and the backup of the first one stays', async () => {
  const before = join(place, 'bin', '.npc.before')
  await writeFile(before, 'older')
  // the time of its contents is that of the program, mostly long ago
  await utimes(before, 1, 1)
  const ended = await swap('exit 1')
  expect(ended).toMatchObject({
    state: 'failed',
    said: 'another update is under way',
    holds: 'old',
    beside: ['.npc.before', 'npc'],
  })
})
