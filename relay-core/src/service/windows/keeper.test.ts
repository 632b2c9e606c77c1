import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keeperText, windowsWord } from './keeper.ts'
import { logonCommand } from './logon.ts'
import type { ServiceSpec } from '../service.ts'

const spec: ServiceSpec = {
  name: 'npc',
  description: 'npc',
  program: '/Users/li na/npc.exe',
  args: ['-config=/Users/li na/npc.conf', '-log_level=debug'],
  folder: '/Users/li na/npc',
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
    `"/Users/li na/npc.exe" "-config=/Users/li na/npc.conf" -log_level=debug "-log_path=${join(spec.folder, 'state/npc.log')}"`,
  )
  expect(end).toBe('')
})

test('two installations have two names, however a folder is spelled', () => {
  const nameOf = (folder: string) => keeperText({ ...spec, folder }).split('\r\n')[0]
  expect(nameOf('/users/LI NA/npc')).toBe(nameOf(spec.folder))
  expect(nameOf('/users/wang/npc')).not.toBe(nameOf(spec.folder))
})

test('a logon entry is a short line', () => {
  expect(logonCommand(spec)).toBe(
    `"${join('/Users/li na/npc-keeper.exe')}" run "${join(spec.folder, 'state/npc-keeper.txt')}"`,
  )
})
