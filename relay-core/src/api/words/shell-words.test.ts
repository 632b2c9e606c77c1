import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandLine, shellWord } from './shell-words.ts'

// Windows has no such shell
test.skipIf(process.platform === 'win32')(
  'a shell gives every word back as it was, flags with any value too',
  () => {
    const hostile = [
      '',
      ' ',
      "it's",
      '$(id)',
      '`id`',
      'A;touch${IFS}x;#',
      '\\',
      'a\nb\n',
      '*',
      '~',
      '中文',
      '\x7f',
    ]
    const words = [
      ...hostile,
      ...hostile.map((value) => `-fingerprint=${value}`),
      '--x=[::1]:8024',
      '-n',
      '=x',
    ]
    const script = `for w in ${commandLine(...words)}; do printf '%s\\0' "$w"; done`
    const said = execFileSync('sh', ['-c', script]).toString('utf8')
    expect(said.split('\0').slice(0, -1)).toEqual(words)
  },
)

test('plain words and plain values stay readable', () => {
  expect(commandLine('npc', '-server=120.1.1.2:8024', '-type=tcp')).toBe(
    'npc -server=120.1.1.2:8024 -type=tcp',
  )
  expect(commandLine('npc', '-server=[::1]:8024')).toBe("npc -server='[::1]:8024'")
  expect(() => shellWord('a\0b')).toThrow('NUL')
})
