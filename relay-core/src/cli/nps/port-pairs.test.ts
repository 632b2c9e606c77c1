import { expect, test } from 'vitest'
import { readPortPairs } from './port-pairs.ts'

test('a port, none, and ranges that go together', () => {
  expect(readPortPairs(undefined, 'a:22')).toEqual([{ port: undefined, target: 'a:22' }])
  expect(readPortPairs('9001', 'a:22')).toEqual([{ port: 9001, target: 'a:22' }])
  expect(readPortPairs('9001-9002', '10.0.0.1:8001-8002')).toEqual([
    { port: 9001, target: '10.0.0.1:8001' },
    { port: 9002, target: '10.0.0.1:8002' },
  ])
  expect(readPortPairs('9001-9002', '22')).toEqual([
    { port: 9001, target: '22' },
    { port: 9002, target: '22' },
  ])
})

test.each([
  ['9001-9003', 'a:8001-8002', '-port has 3 ports and -target 2'],
  ['9-1', 'a:1', '-port needs a port'],
  ['70000', 'a:1', '-port needs a port'],
  ['1-5000', 'a:1', 'more than 1000'],
])('%s with %s is refused', (port, target, message) => {
  expect(() => readPortPairs(port, target)).toThrow(message)
})
