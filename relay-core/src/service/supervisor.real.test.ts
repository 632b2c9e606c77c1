import { spawn } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { background } from './background.ts'
import type { ServiceSpec } from './service.ts'
import { supervisorFiles } from './supervisor.ts'

let folder: string
let spec: ServiceSpec
/** Each run of the program adds a line. */
let runs: string

beforeEach(() => {
  // Whatever a name of a folder may hold.
  folder = mkdtempSync(join(tmpdir(), `nps li's 用户 #"x" :%$-`))
  runs = join(folder, 'state', 'runs')
  mkdirSync(join(folder, 'state'))
  spec = { name: 'npc', description: 'npc', program: join(folder, 'npc'), args: ['-a=it\'s "x"'], folder }
})
afterEach(async () => {
  await background.uninstall(spec)
  rmSync(folder, { recursive: true })
})

function program(body: string): void {
  writeFileSync(spec.program, `#!/bin/sh\necho "$$ $1 $2" >>'${runs.replaceAll("'", `'\\''`)}'\n${body}\n`)
  chmodSync(spec.program, 0o755)
}

/** The file is there before its first line is. */
const runLines = (): string[] => readFileSync(runs, 'utf8').split('\n').filter(Boolean)

/** Fulfils when the file system has told of a change after which `isSo` holds. */
function whenChanged(isSo: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = watch(join(folder, 'state'))
    const finish = (end: () => void) => {
      clearTimeout(timer)
      watcher.close()
      end()
    }
    const timer = setTimeout(() => finish(() => reject(new Error('nothing happened in 20 s'))), 20_000)
    const look = () => {
      try {
        if (isSo()) finish(resolve)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') finish(() => reject(error as Error))
      }
    }
    watcher.on('change', look)
    look()
  })
}

/** The program may have said its line before the loop has written down its number. */
const isRunning = async (): Promise<boolean> => (await background.status(spec)).state === 'running'

const pidOf = async (): Promise<number> => {
  await expect.poll(isRunning, { timeout: 10_000 }).toBe(true)
  const status = await background.status(spec)
  if (status.state !== 'running') throw new Error(`it is ${status.state}`)
  return status.pid
}

/** What was told until `isLast`, each state once in a row. */
async function told(isLast: (state: string) => boolean): Promise<string[]> {
  const states: string[] = []
  await expect
    .poll(
      async () => {
        const { state } = await background.status(spec)
        if (states.at(-1) !== state) states.push(state)
        return isLast(state)
      },
      { timeout: 10_000, interval: 1 },
    )
    .toBe(true)
  return states
}

test('runs with its arguments, comes back after a kill, and stops with its loop', async () => {
  program('exec sleep 300')
  await background.install(spec)
  expect(await background.status(spec)).toEqual({ state: 'stopped' })
  await background.start(spec)
  await whenChanged(() => runLines().length === 1)
  const [first] = runLines()
  expect(first).toMatch(/^\d+ -a=it's "x" -log_path=.*npc\.log$/)
  // A second start finds the first.
  await background.start(spec)
  process.kill(Number(first?.split(' ')[0]), 'SIGKILL')
  await whenChanged(() => runLines().length === 2)
  const pid = Number(runLines()[1]?.split(' ')[0])
  await background.stop(spec)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  expect(await background.status(spec)).toEqual({ state: 'stopped' })
  expect(runLines()).toHaveLength(2)
})

test('a failing program is started again, and its last words are known', async () => {
  program('echo "no such key" >&2; exit 1')
  await background.install(spec)
  await background.start(spec)
  await whenChanged(() => runLines().length >= 2)
  await whenChanged(() => readFileSync(supervisorFiles(spec).lastError, 'utf8') !== '')
  await expect
    .poll(() => background.status(spec), { timeout: 10_000 })
    .toEqual({ state: 'restarting', detail: 'no such key' })
  await background.stop(spec)
  expect(await background.status(spec)).toEqual({ state: 'stopped' })
})

test('a program that says that it is hopeless is not started again', async () => {
  program('echo "another npc has taken the place" >&2; exit 78')
  await background.install(spec)
  const started = background.start(spec)
  const states = await told((state) => state === 'failed')
  expect(states.join()).toMatch(/^(stopped,)?(starting,)?(running,)?failed$/)
  expect(await background.status(spec)).toEqual({
    state: 'failed',
    detail: 'another npc has taken the place',
  })
  await started
  expect(runLines()).toHaveLength(1)
})

test('a start is told as that, an end as what comes after it, at whatever moment it is asked', async () => {
  program('while :; do sleep 1; done')
  await background.install(spec)
  for (let times = 0; times < 3; times++) {
    const started = background.start(spec)
    expect((await told((state) => state === 'running')).join()).toMatch(/^(stopped,)?(starting,)?running$/)
    await started
    const stopped = background.stop(spec)
    expect((await told((state) => state === 'stopped')).join()).toMatch(/^(running,)?stopped$/)
    await stopped
  }
})

test('a program that starts itself anew, by its path without links, runs all the same', async () => {
  const real = join(realpathSync(folder), 'npc').replaceAll("'", `'\\''`)
  symlinkSync(folder, join(folder, 'home'))
  spec = { ...spec, program: join(folder, 'home', 'npc') }
  program(`[ "$0" = '${real}' ] || exec '${real}' "$@"\nwhile :; do sleep 1; done`)
  await background.install(spec)
  await background.start(spec)
  await whenChanged(() => runLines().length === 2)
  await expect.poll(isRunning, { timeout: 10_000 }).toBe(true)
})

test('a stale process number of another program is not believed', async () => {
  program('while :; do sleep 1; done')
  await background.install(spec)
  writeFileSync(supervisorFiles(spec).pid, `${process.pid}\n`)
  expect(await background.status(spec)).toEqual({ state: 'stopped' })
  await background.start(spec)
  await whenChanged(() => runLines().length === 1)
  expect(await pidOf()).not.toBe(process.pid)
})

test('a loop that has the number of the one before a reboot starts the program all the same', async () => {
  program('exec sleep 300')
  await background.install(spec)
  const { pid, script } = supervisorFiles(spec)
  const loop = spawn('/bin/sh', ['-c', 'echo $$ > "$0"; exec /bin/sh "$1"', pid, script], { stdio: 'ignore' })
  await whenChanged(() => runLines().length === 1)
  expect(readFileSync(pid, 'utf8')).toBe(`${loop.pid}\n`)
})

test.runIf(process.getuid?.() === 0)('another account is told that it may not see how it is', async () => {
  program('exec sleep 300')
  await background.install(spec)
  process.seteuid?.(65_534)
  try {
    await expect(background.status(spec)).rejects.toThrow('may not be read by this user. Try with sudo.')
  } finally {
    process.seteuid?.(0)
  }
})
