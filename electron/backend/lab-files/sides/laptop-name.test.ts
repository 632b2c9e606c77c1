import { expect, test } from 'vitest'
import { laptopName } from './laptop-name.ts'

test('a name never leads out of its folder', () => {
  expect(['..', '.', '', 'a/../b', 'a\0b'].map((name) => laptopName(name, 'linux'))).toEqual([
    '_',
    '_',
    '_',
    'a_.._b',
    'a_b',
  ])
})

test('what is an ordinary name stays, in any script', () => {
  for (const name of ['实验 结果.txt', "it's <new>?", '-rf', '.bashrc']) {
    expect(laptopName(name, 'linux')).toBe(name)
  }
})

test('on Windows no name is a device, a stream or another one', () => {
  const names = [
    'run:1.log',
    'a\\b',
    'CON',
    'nul.txt',
    'ends. ',
    'tab\there',
    '结果.txt',
    'COM¹',
    'aux .txt',
    'conin$',
  ]
  expect(names.map((name) => laptopName(name, 'win32'))).toEqual([
    'run_1.log',
    'a_b',
    '_CON',
    '_nul.txt',
    'ends__',
    'tab_here',
    '结果.txt',
    '_COM¹',
    '_aux .txt',
    '_conin$',
  ])
})

test('no name changes how the letters beside it are read, nor ends a line', () => {
  const names = ['photo\u202egpj.exe', 'a\u2066b\u2069', 'a\nb', '\u001b[2J', 'a\u2028b', 'צילום.txt']
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(names.map((name) => laptopName(name, platform))).toEqual([
      'photo_gpj.exe',
      'a_b_',
      'a_b',
      '_[2J',
      'a_b',
      'צילום.txt',
    ])
})
