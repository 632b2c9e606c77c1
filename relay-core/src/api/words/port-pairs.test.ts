import { expect, test } from 'vitest'
import { pairPorts } from './port-pairs.ts'

const most = { maxPairs: 1_000 }

test('a port, none, and ranges that go together', () => {
  expect(pairPorts('', 'a:22', most)).toEqual([{ port: null, target: 'a:22' }])
  expect(pairPorts('9001', 'a:22', most)).toEqual([{ port: 9001, target: 'a:22' }])
  expect(pairPorts('9001-9002', '10.0.0.1:8001-8002', most)).toEqual([
    { port: 9001, target: '10.0.0.1:8001' },
    { port: 9002, target: '10.0.0.1:8002' },
  ])
  expect(pairPorts('9001-9002', '22', most)).toEqual([
    { port: 9001, target: '22' },
    { port: 9002, target: '22' },
  ])
  expect(pairPorts('', '[::1]:8001-8002', most)).toEqual([
    { port: null, target: '[::1]:8001' },
    { port: null, target: '[::1]:8002' },
  ])
})

test.each([
  ['9001-9003', 'a:8001-8002', { fault: 'unequal', ports: 3, targets: 2 }],
  ['9001', 'a:8001-8002', { fault: 'unequal', ports: 1, targets: 2 }],
  ['9-1', 'a:1', { fault: 'port', text: '9-1' }],
  ['70000', 'a:1', { fault: 'port', text: '70000' }],
  ['0', 'a:1', { fault: 'port', text: '0' }],
  ['', 'a:9-1', { fault: 'target', text: 'a:9-1' }],
  ['1-5000', 'a:1', { fault: 'many', count: 5_000 }],
])('%s with %s is refused', (port, target, fault) => {
  expect(pairPorts(port, target, most)).toEqual(fault)
})
