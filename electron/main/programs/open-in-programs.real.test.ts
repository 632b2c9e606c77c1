import { chmod, mkdir, mkdtemp, rm, watch, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OpenInPrograms } from './open-in-programs.ts'
import { programStart } from './program-starts.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-programs-'))
  await mkdir(join(folder, 'bin'))
})
afterEach(() => rm(folder, { recursive: true }))

const place = {
  words: ['-p', '7001', 'goudan@120.1.1.2'],
  authority: 'goudan@120.1.1.2:7001',
  host: '120.1.1.2',
  port: 7001,
  user: 'goudan',
  folder: null,
}
const computer = (platform: NodeJS.Platform = 'linux') => ({
  platform,
  home: folder,
  env: {
    PATH: `${join(folder, 'bin')}:relative`,
    LOCALAPPDATA: folder,
    SystemRoot: folder,
    ProgramFiles: folder,
  },
})
async function put(path: string, text = ''): Promise<string> {
  const whole = join(folder, path)
  await mkdir(join(whole, '..'), { recursive: true })
  await writeFile(whole, text)
  await chmod(whole, 0o755)
  return whole
}

test('only programs that are found are offered', async () => {
  const programs = new OpenInPrograms(computer())
  expect(await programs.find()).toEqual([])
  await put('bin/code')
  await mkdir(join(folder, 'bin', 'cursor'))
  expect(await programs.find()).toEqual(['vscode'])
  await put('bin/xterm')
  expect(await programs.find()).toEqual(['vscode'])
  await put('bin/ssh')
  await put('.local/share/JetBrains/Toolbox/scripts/gateway')
  expect(await programs.find()).toEqual(['terminal', 'vscode', 'gateway'])
})

test('each is told the lab box in its own words', async () => {
  await put('bin/ssh')
  const code = await put('bin/code')
  const terminal = await put('bin/gnome-terminal')
  const gateway = await put('bin/jetbrains-gateway')
  expect(await programStart('vscode', { ...place, folder: '/data/a b' }, computer())).toEqual({
    command: code,
    args: ['--remote', 'ssh-remote+goudan@120.1.1.2:7001', '/data/a b'],
  })
  const inTerminal = await programStart('terminal', place, computer())
  expect(inTerminal?.command).toBe(terminal)
  expect(inTerminal?.args.slice(0, 3)).toEqual(['--', 'sh', '-c'])
  expect(inTerminal?.args.slice(4)).toEqual(['ssh', '-p', '7001', 'goudan@120.1.1.2'])
  expect(await programStart('gateway', place, computer())).toEqual({
    command: gateway,
    args: ['jetbrains-gateway://connect#type=ssh&deploy=true&host=120.1.1.2&port=7001&user=goudan'],
  })
})

test('on macOS the terminal comes by its link, on Windows by its program', async () => {
  expect(await programStart('terminal', place, computer('darwin'))).toEqual({
    command: '/usr/bin/open',
    args: ['ssh://goudan@120.1.1.2:7001'],
  })
  expect(
    (await programStart('terminal', { ...place, words: ['lab-a100'] }, computer('darwin')))?.args,
  ).toEqual(['ssh://lab-a100'])
  expect(await programStart('terminal', place, computer('win32'))).toBe(null)
  const ssh = await put('System32/OpenSSH/ssh.exe')
  const console = await put('System32/conhost.exe')
  expect(await programStart('terminal', place, computer('win32'))).toEqual({
    command: console,
    args: [ssh, ...place.words],
  })
  const terminal = await put('Microsoft/WindowsApps/wt.exe')
  expect((await programStart('terminal', place, computer('win32')))?.command).toBe(terminal)
  const code = await put('Programs/Microsoft VS Code/Code.exe')
  expect((await programStart('vscode', place, computer('win32')))?.command).toBe(code)
})

test('a program that starts is left alone, and gets each word as it is', async () => {
  const told = join(folder, 'told')
  const ssh = `#!/bin/sh\nfor word; do printf '%s\\n' "$word"; done > '${told}.new' && mv '${told}.new' '${told}'\n`
  await put('bin/ssh', ssh)
  await put('bin/xterm', '#!/bin/sh\nshift\nexec "$@"\n')
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` }
  const programs = new OpenInPrograms({ ...computer(), env })
  const changes = watch(folder, { signal: AbortSignal.timeout(20_000) })
  const words = ['-p', '7001', "it's $(x); `y` “z”@h"]
  const written = (async () => {
    for await (const { filename } of changes) if (filename === 'told') return
  })()
  await programs.open('terminal', { ...place, words })
  await written
  expect(readFileSync(told, 'utf8').split('\n')).toEqual([...words, ''])
})

test('what cannot be started is told of', async () => {
  const programs = new OpenInPrograms(computer())
  await expect(programs.open('vscode', place)).rejects.toThrow('no longer')
  await put('bin/code', 'no program')
  await chmod(join(folder, 'bin', 'code'), 0o644)
  await expect(programs.open('vscode', place)).rejects.toThrow('EACCES')
})
