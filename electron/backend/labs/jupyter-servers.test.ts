import { expect, test } from 'vitest'
import { parseJupyterServers } from './jupyter-servers.ts'

test('runtime files: newest first, without what cannot be read', () => {
  const file = (pid: number, port: number, token: string, base = '/'): string =>
    JSON.stringify({
      base_url: base,
      hostname: 'localhost',
      password: false,
      pid,
      port,
      token,
      url: `http://localhost:${port}/`,
    })
  const text = `${file(10, 8888, 'abc')}\n{"port": 1\nnonsense\n${file(12, 8889, '', '/lab1/')}\n${file(9, 1, '', '//elsewhere/')}\n${file(8, 99_999, 'x')}\n${file(7, 2, 'a&b c')}\nnull\n`
  expect(parseJupyterServers(text)).toEqual([
    { port: 8889, pid: 12, basePath: '/lab1/', token: '' },
    { port: 8888, pid: 10, basePath: '/', token: 'abc' },
    { port: 1, pid: 9, basePath: '/', token: '' },
    { port: 2, pid: 7, basePath: '/', token: '' },
  ])
})
