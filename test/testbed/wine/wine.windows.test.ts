import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Windows, windowsPath } from './windows.ts'

const npc = resolve(import.meta.dirname, '../../../build/out/npc-windows-amd64.exe')
let windows: Windows
let folder: string

beforeAll(async () => {
  windows = await Windows.start()
  folder = await mkdtemp(join(tmpdir(), 'nps-wine-'))
})

afterAll(async () => {
  await windows.close()
  await rm(folder, { recursive: true })
})

describe('a Windows system', () => {
  it('runs npc.exe', async () => {
    expect(await windows.run(npc, ['-version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\r?\n$/),
    })
  })

  it('tells exit codes, and finds the files of this computer on drive Z', async () => {
    const file = join(folder, 'said.txt')
    const command = ['/c', `echo hello>${windowsPath(file)}`, '&', 'exit', '3']
    expect(await windows.run('cmd', command)).toMatchObject({ exitCode: 3 })
    expect(await readFile(file, 'utf8')).toBe('hello \r\n')
  })

  it('keeps what is on drive C to itself, and forgets it', async () => {
    await windows.run('cmd', ['/c', 'echo mine>C:\\mine.txt'])
    expect(await windows.run('cmd', ['/c', 'type C:\\mine.txt'])).toMatchObject({ stdout: 'mine\r\n' })
    await using other = await Windows.start()
    expect(await other.run('cmd', ['/c', 'type C:\\mine.txt'])).toMatchObject({ exitCode: 1 })
  })

  it('ends a program at its deadline', async () => {
    const forEver = ['/c', 'for /l %i in (0,0,1) do @rem']
    await expect(windows.run('cmd', forEver, { timeoutMs: 3_000 })).rejects.toThrow('did not end within')
    const { stdout } = await windows.run('tasklist')
    expect(stdout).toContain('services.exe')
    expect(stdout).not.toContain('cmd.exe')
  })
})
