import { expect, test } from 'vitest'
import { parseLabServices } from './lab-services.ts'

const plain = { secure: false, path: '/', token: '' }

test('Jupyter by its runtime files: newest first, without what cannot be read', () => {
  const file = (pid: number, port: number, token: string, base = '/', secure = false): string =>
    `jupyter ${JSON.stringify({ base_url: base, hostname: 'localhost', pid, port, secure, token })}`
  const text = [
    file(10, 8888, 'abc'),
    'jupyter {"port": 1',
    'nonsense',
    file(12, 8889, '', '/lab1/', true),
    file(9, 1, '', '//elsewhere/'),
    file(8, 99_999, 'x'),
    file(7, 2, 'a&b c'),
    'jupyter null',
  ].join('\n')
  expect(parseLabServices(text)).toEqual([
    { kind: 'jupyter', port: 8889, path: '/lab1/', secure: true, token: '' },
    { kind: 'jupyter', port: 8888, ...plain, token: 'abc' },
    { kind: 'jupyter', port: 1, ...plain },
    { kind: 'jupyter', port: 2, ...plain, token: 'a&b c' },
  ])
})

test('TensorBoard with its path_prefix, and the port of the very sshd', () => {
  const board = {
    cache_key: '',
    db: '',
    logdir: 'runs',
    path_prefix: '/tb',
    pid: 5,
    port: 6007,
    version: '2.21.0',
  }
  expect(parseLabServices(`ssh 2222\ntensorboard ${JSON.stringify(board)}\n`)).toEqual([
    { kind: 'tensorboard', port: 6007, ...plain, path: '/tb/' },
    { kind: 'ssh', port: 2222, ...plain },
  ])
  for (const prefix of ['', '/', '//evil.example', '/x y', 7])
    expect(
      parseLabServices(`tensorboard ${JSON.stringify({ ...board, path_prefix: prefix })}`)[0]?.path,
    ).toBe('/')
  expect(parseLabServices('ssh \nssh 0\nssh 22x\n')).toEqual([])
})
