import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeAdministratorsFolder } from './administrators-folder.ts'
import type { ToolResult } from '../run-tool.ts'

let root: string
let path: string
let calls: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nps-administrators-'))
  path = join(root, 'npc')
  calls = []
})
afterEach(() => rmSync(root, { recursive: true }))

const done: ToolResult = { exitCode: 0, stdout: '', problem: '' }
const denied: ToolResult = { exitCode: 5, stdout: '', problem: 'Access is denied.' }

function make({ icacls = done, owners = 'O:BA\r\n' }: { icacls?: ToolResult; owners?: string } = {}) {
  return makeAdministratorsFolder(path, {
    platform: 'win32',
    run: async (file, args) => {
      if (!basename(file).startsWith('icacls')) return { ...done, stdout: owners }
      calls.push(args.join(' '))
      return icacls
    },
  })
}

const list = '/inheritance:r /grant:r *S-1-3-4:(OI)(CI)F *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F /q'

test('where modes say who may write a folder, nothing is done', async () => {
  expect(await makeAdministratorsFolder(path, { platform: 'linux' })).toBeNull()
  expect(existsSync(path)).toBe(false)
})

test('a folder that is there is closed like a new one, with all that is in it', async () => {
  expect(await make()).toBeNull()
  expect(calls).toEqual([`${path} /reset /q`, `${path} ${list}`])
  mkdirSync(join(path, 'state'))
  calls = []
  expect(await make({ owners: 'O:BA\r\nO:S-1-5-80-1-2-3\r\nO:SY\r\n' })).toBeNull()
  expect(calls).toEqual([`${path} /reset /q`, `${path} ${list}`, `${join(path, '*')} /reset /t /q`])
})

test('a new folder that stays open is told of; one that was there is refused', async () => {
  expect(await make({ icacls: denied })).toContain('could not be set: Access is denied.')
  await expect(make({ icacls: denied })).rejects.toThrow('Access is denied. Look at what is in it')
})

test('what somebody else has made is refused', async () => {
  await expect(make({ owners: 'O:BA\r\nO:S-1-5-21-7-8-9-1001\r\n' })).rejects.toThrow('no administrator')
})

// on Windows not everybody may make links
test.skipIf(process.platform === 'win32')('a link leads somewhere else, and is refused', async () => {
  mkdirSync(path)
  symlinkSync(root, join(path, 'state'))
  await expect(make()).rejects.toThrow('there is a link in it')
  expect(calls.join()).not.toContain('/t /q')
  rmSync(path, { recursive: true })
  symlinkSync(root, path)
  calls = []
  await expect(make()).rejects.toThrow('it is a link')
  expect(calls).toEqual([])
})
