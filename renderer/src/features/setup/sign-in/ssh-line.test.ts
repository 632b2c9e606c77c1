import { describe, expect, it } from 'vitest'
import { readSshLine } from './ssh-line.ts'

describe('a pasted ssh line', () => {
  it.each([
    ['ssh root@120.1.1.2', { host: '120.1.1.2', user: 'root' }],
    ['ssh -p 2222 root@120.1.1.2', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh root@120.1.1.2 -p2222', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh -l goudan lab.example.edu', { host: 'lab.example.edu', user: 'goudan' }],
    ['goudan@lab:2200', { host: 'lab', user: 'goudan', port: 2200 }],
    ['[2001:db8::1]:22', { host: '2001:db8::1', port: 22 }],
  ])('%j', (text, expected) => {
    expect(readSshLine(text)).toEqual(expected)
  })

  it.each(['120.1.1.2', 'lab.example.edu', '', 'ssh root@host ls -l /tmp', '2001:db8::1'])(
    'is not %j',
    (text) => {
      expect(readSshLine(text)).toBeNull()
    },
  )
})
