import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keeperFiles, keeperText, keptStatus, windowsWord } from './keeper.ts'
import { logonCommand } from './logon.ts'
import type { ServiceSpec } from '../service.ts'

const spec: ServiceSpec = {
  name: 'npc',
  description: 'npc',
  program: '/Users/lab gpu/npc.exe',
  args: ['-config=/Users/lab gpu/npc.conf', '-log_level=debug'],
  folder: '/Users/lab gpu/npc',
}

// The rules of CommandLineToArgvW: a quote and the backslashes right before it are escaped, other backslashes are not.
test.each([
  ['-log_level=debug', '-log_level=debug'],
  [String.raw`C:\npc\npc.exe`, String.raw`C:\npc\npc.exe`],
  [String.raw`C:\Program Files\npc.exe`, String.raw`"C:\Program Files\npc.exe"`],
  ['C:\\my folder\\', String.raw`"C:\my folder\\"`],
  [String.raw`say "a\"`, String.raw`"say \"a\\\""`],
  ['', '""'],
])('a word of a Windows command line: %s', (word, written) => {
  expect(windowsWord(word)).toBe(written)
})

test('the keeper is told by four lines what to keep running', () => {
  const [name, pid, lastError, command, end] = keeperText(spec).split('\r\n')
  expect(name).toMatch(/^npc-[0-9a-f]{16}$/)
  expect(pid).toBe(join(spec.folder, 'state/npc-program.pid'))
  expect(lastError).toBe(join(spec.folder, 'state/npc-last-error.txt'))
  expect(command).toBe(
    `"/Users/lab gpu/npc.exe" "-config=/Users/lab gpu/npc.conf" -log_level=debug "-log_path=${join(spec.folder, 'state/npc.log')}"`,
  )
  expect(end).toBe('')
})

test('two installations have two names, however a folder is spelled', () => {
  const nameOf = (folder: string) => keeperText({ ...spec, folder }).split('\r\n')[0]
  expect(nameOf('/users/LAB GPU/npc')).toBe(nameOf(spec.folder))
  expect(nameOf('/users/other/npc')).not.toBe(nameOf(spec.folder))
})

test('a logon entry is a short line', () => {
  expect(logonCommand(spec)).toBe(
    `"${join('/Users/lab gpu/npc-keeper.exe')}" run "${join(spec.folder, 'state/npc-keeper.txt')}"`,
  )
})

test('a program that is being started has not ended', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nps-keeper-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const here = { ...spec, folder }
  const { pid } = keeperFiles(here)
  mkdirSync(dirname(pid))
  writeFileSync(pid, '0\n')
  expect(keptStatus(here, true)).toEqual({ state: 'starting' })
  expect(keptStatus(here, false)).toEqual({ state: 'stopped' })
  writeFileSync(pid, '4711\n')
  expect(keptStatus(here, true)).toEqual({ state: 'running', pid: 4711 })
  rmSync(pid)
  expect(keptStatus(here, true)).toEqual({ state: 'restarting', detail: 'it has ended' })
})
