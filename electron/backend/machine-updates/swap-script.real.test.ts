import { execFile } from 'node:child_process'
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
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
  service = 'background',
): Promise<{ state: string; said: string; holds: string; beside: string[] }> {
  await run(swapScript({ folder, service, program, uploaded, restart: commandLine('sh', '-c', restart) }))
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  return {
    state: (await read('state')).trim(),
    said: (await read('said')).trim(),
    holds: await readFile(program, 'utf8'),
    beside: await readdir(join(place, 'bin')),
  }
}

async function run(script: string): Promise<void> {
  const ended = promisify(execFile)('sh', ['-s'], { timeout: 20_000, env: { ...process.env, HOME: place } })
  ended.child.stdin?.end(script)
  await ended
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

test('what undoes an update at the next boot is there until it is decided', async () => {
  const units = join(place, '.config/systemd/user')
  const kept = await swap(`ls -A ${units} ${units}/* ${place}/bin; : > ${folder}/keep`, 'systemd-user')
  expect(kept).toMatchObject({ state: 'kept', holds: 'new', beside: ['npc'] })
  for (const file of ['.npc.undo', 'nps-desktop-undo-npc.service']) expect(kept.said).toContain(file)
  expect(await readdir(units, { recursive: true })).toEqual(['default.target.wants'])
})

test.each([
  ['puts the old program back at its next boot', ':', { state: 'undone', holds: 'old' }],
  ['keeps the new one where it was told to', ': > keep', { state: 'kept', holds: 'new' }],
])('a machine that goes down before an update is decided %s', async (_, word, end) => {
  const goesDown = `cd ${folder}; ${word}; kill -9 $PPID`
  await expect(
    run(
      swapScript({
        folder,
        service: 'systemd-user',
        program,
        uploaded,
        restart: commandLine('sh', '-c', goesDown),
      }),
    ),
  ).rejects.toThrow('Command failed')
  expect(await readFile(program, 'utf8')).toBe('new')
  const undo = await readFile(join(place, 'bin/.npc.undo'), 'utf8')
  await run(undo)
  expect(await readFile(program, 'utf8'), 'in the same boot').toBe('new')
  await run(undo.replace(/^boot=.*$/m, 'boot=another'))
  expect({
    state: (await readFile(join(folder, 'state'), 'utf8')).trim(),
    holds: await readFile(program, 'utf8'),
  }).toEqual(end)
  expect(await readdir(join(place, 'bin'))).toEqual(['npc'])
  expect(await readdir(join(place, '.config/systemd/user'), { recursive: true })).toEqual([
    'default.target.wants',
  ])
})

test.runIf(process.getuid?.() === 0)(
  'a folder that somebody else has made in its place after the boot is neither believed nor written to',
  async () => {
    const goesDown = commandLine('sh', '-c', 'kill -9 $PPID')
    await expect(
      run(swapScript({ folder, service: 'systemd-user', program, uploaded, restart: goesDown })),
    ).rejects.toThrow('Command failed')
    const [victim, other] = [join(place, 'victim'), 65_534]
    await rm(folder, { recursive: true })
    await mkdir(folder)
    await writeFile(victim, 'mine')
    await writeFile(join(folder, 'keep'), '')
    await symlink(victim, join(folder, 'state'))
    await chown(folder, other, other)
    const undo = await readFile(join(place, 'bin/.npc.undo'), 'utf8')
    await run(undo.replace(/^boot=.*$/m, 'boot=another'))
    expect(await readFile(program, 'utf8')).toBe('old')
    expect(await readFile(victim, 'utf8')).toBe('mine')
  },
)

test('a link that somebody else has made in its place is neither followed nor believed', async () => {
  const script = { folder, service: 'systemd-user', program, uploaded }
  const goesDown = commandLine('sh', '-c', 'kill -9 $PPID')
  await expect(run(swapScript({ ...script, restart: goesDown }))).rejects.toThrow('Command failed')
  const theirs = join(place, 'theirs')
  await mkdir(theirs)
  await writeFile(join(theirs, 'keep'), '')
  await rm(folder, { recursive: true })
  await symlink(theirs, folder)
  const undo = await readFile(join(place, 'bin/.npc.undo'), 'utf8')
  await run(undo.replace(/^boot=.*$/m, 'boot=another'))
  expect(await readFile(program, 'utf8')).toBe('old')
  expect(await readdir(theirs)).toEqual(['keep'])
})

test('where cron starts the program, a line of the crontab undoes the update, and the others stay', async () => {
  const [tools, table] = [join(place, 'tools'), join(place, 'table')]
  await mkdir(tools)
  await writeFile(
    join(tools, 'crontab'),
    `#!/bin/sh\ncase $1 in -l) cat ${table} ;; -) cat > ${table}.new && mv ${table}.new ${table} ;; esac\n`,
    { mode: 0o755 },
  )
  await writeFile(table, '@reboot /bin/sh /its/supervisor.sh\n')
  const restart = commandLine('sh', '-c', `cat ${table}; : > ${folder}/keep`)
  await run(`PATH=${tools}:$PATH\n${swapScript({ folder, service: 'cron', program, uploaded, restart })}`)
  expect(await readFile(join(folder, 'said'), 'utf8')).toMatch(
    /^@reboot \/bin\/sh \/its\/supervisor.sh\n@reboot \/bin\/sh .*\.npc\.undo /,
  )
  expect(await readFile(table, 'utf8')).toBe('@reboot /bin/sh /its/supervisor.sh\n')
})
