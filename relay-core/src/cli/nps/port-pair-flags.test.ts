import { expect, test } from 'vitest'
import { readPortPairs, refuseUseless } from './port-pair-flags.ts'

test('a port, none, and a range', () => {
  expect(readPortPairs(undefined, 'a:22')).toEqual([{ port: null, target: 'a:22' }])
  expect(readPortPairs('9001-9002', '10.0.0.1:8001-8002')).toEqual([
    { port: 9001, target: '10.0.0.1:8001' },
    { port: 9002, target: '10.0.0.1:8002' },
  ])
})

test.each([
  ['9001-9003', 'a:8001-8002', '-port has 3 ports and -target 2'],
  ['9-1', 'a:1', '-port needs a port'],
  ['70000', 'a:1', '-port needs a port'],
  ['1-5000', 'a:1', 'more than 1000'],
  ['', 'a:9-1', '-target needs a port'],
])('%s with %s is refused, and says what to write', (port, target, message) => {
  expect(() => readPortPairs(port, target)).toThrow(message)
})

test('a flag that the mode has no use for is refused', () => {
  expect(() => refuseUseless('privateSocks5', { target: '127.0.0.1:22' })).toThrow(
    '-mode=privateSocks5 takes no -target.',
  )
  expect(() => refuseUseless('host', { port: '80' })).toThrow('-mode=host takes no -port.')
  expect(() => refuseUseless('private', { target: '22' })).not.toThrow()
  expect(() => refuseUseless('file', { port: '7100' })).not.toThrow()
})
