import { expect, test } from 'vitest'
import { formatBytes, formatTable } from './output.ts'
import { parseFlags } from './flags.ts'

const kinds = { server: 'text', json: 'switch', port: 'text' } as const

test.each([
  [['-server=h:1', 'list', '-json'], { server: 'h:1', json: true }, ['list']],
  [['--server', 'h:1', '--json=false'], { server: 'h:1', json: false }, []],
  [['add', '-server=a=b', '-port', '7'], { server: 'a=b', port: '7' }, ['add']],
  [['-server='], { server: '' }, []],
])('%j', (args, flags, words) => {
  expect(parseFlags(args, kinds)).toEqual({ flags, words })
})

test.each([
  [['-sever=h:1'], 'There is no flag -sever. Known here: -server -json -port.'],
  [['-server'], '-server needs a value: -server=...'],
  [['-json=maybe'], '-json is either true or false, not "maybe".'],
])('%j is refused with a next step', (args, message) => {
  expect(() => parseFlags(args, kinds)).toThrow(message)
})

test('a table lines up, wide characters and control characters too', () => {
  expect(
    formatTable(
      ['ID', 'NAME', 'X'],
      [
        [1, '实验室', 'a'],
        [12, 'lab\u001b[2J', undefined],
      ],
    ),
  ).toBe('ID  NAME     X\n1   实验室   a\n12  lab?[2J  -')
})

test('bytes are readable', () => {
  expect([0, 1023, 1536, 5 * 1024 ** 3].map(formatBytes)).toEqual(['0 B', '1023 B', '1.5 KiB', '5.0 GiB'])
})
