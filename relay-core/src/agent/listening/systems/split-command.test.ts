import { expect, it } from 'vitest'
import { splitCommand } from './split-command.ts'

it.each([
  [String.raw`C:\Windows\System32\sshd.exe -D`, [String.raw`C:\Windows\System32\sshd.exe`, '-D']],
  [
    String.raw`"C:\Program Files\Python312\python.exe"  -m	tensorboard.main --logdir "D:\my runs\\"`,
    [
      String.raw`C:\Program Files\Python312\python.exe`,
      '-m',
      'tensorboard.main',
      '--logdir',
      'D:\\my runs\\',
    ],
  ],
  // the examples of CommandLineToArgvW's documentation
  [String.raw`p "abc" d e`, ['p', 'abc', 'd', 'e']],
  [String.raw`p a\\b d"e f"g h`, ['p', String.raw`a\\b`, 'de fg', 'h']],
  [String.raw`p a\\\"b c d`, ['p', String.raw`a\"b`, 'c', 'd']],
  [String.raw`p a\\\\"b c" d e`, ['p', String.raw`a\\b c`, 'd', 'e']],
  ['p "" x', ['p', '', 'x']],
  ['p "never closed', ['p', 'never closed']],
  ['"never closed', ['never closed']],
  ['', []],
  ['   ', []],
])('%s', (line, words) => {
  expect(splitCommand(line)).toEqual(words)
})

it('takes no longer for a hostile line than for another', () => {
  const startedAtMs = performance.now()
  for (const unit of ['\\', '"', '\\"', ' ', 'a ']) splitCommand(`p ${unit.repeat(4_096 / unit.length)}`)
  expect(performance.now() - startedAtMs).toBeLessThan(1_000)
})
