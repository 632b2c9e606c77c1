import { describe, expect, it } from 'vitest'
import { readSshLine } from './ssh-line.ts'

describe('a pasted or typed ssh line', () => {
  it.each([
    ['ssh root@120.1.1.2', { host: '120.1.1.2', user: 'root' }],
    ['ssh -p 2222 root@120.1.1.2', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh root@120.1.1.2 -p2222', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh -p22 -l goudan lab.example.edu', { host: 'lab.example.edu', user: 'goudan', port: 22 }],
    ['ssh -lgoudan lab', { host: 'lab', user: 'goudan' }],
    [
      'ssh -i ~/.ssh/id_ed25519 -p 2222 root@120.1.1.2',
      { host: '120.1.1.2', user: 'root', port: 2222, key: '~/.ssh/id_ed25519' },
    ],
    [
      'ssh root@120.1.1.2 -i "/keys/my key.pem"',
      { host: '120.1.1.2', user: 'root', key: '/keys/my key.pem' },
    ],
    ['ssh -i /k -o "StrictHostKeyChecking no" a@b', { host: 'b', user: 'a', key: '/k' }],
    ['ssh -o Port=2222 -oUser=root 120.1.1.2', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh -o IdentityFile=~/k -vvN -4 a@b', { host: 'b', user: 'a', key: '~/k' }],
    ['ssh -Np2222 root@host', { host: 'host', user: 'root', port: 2222 }],
    [
      'ssh -J jump@gate.example.edu:2200 goudan@10.20.3.7',
      { host: '10.20.3.7', user: 'goudan', jump: { host: 'gate.example.edu', user: 'jump', port: 2200 } },
    ],
    ['ssh goudan@lab -oProxyJump=gate,second', { host: 'lab', user: 'goudan', jump: { host: 'gate' } }],
    ['ssh -L 8888:localhost:8888 root@host', { host: 'host', user: 'root' }],
    ['ssh ssh://root@120.1.1.2:2222', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh://root@120.1.1.2:2222/', { host: '120.1.1.2', user: 'root', port: 2222 }],
    ['ssh://120.1.1.2', { host: '120.1.1.2' }],
    ['$ ssh root@host', { host: 'host', user: 'root' }],
    ['/usr/bin/ssh host', { host: 'host' }],
    ['goudan@lab:2200', { host: 'lab', user: 'goudan', port: 2200 }],
    ['-p 2222 root@host', { host: 'host', user: 'root', port: 2222 }],
    ['[2001:db8::1]:22', { host: '2001:db8::1', port: 22 }],
    ['ssh root@[2001:db8::1] -p 22', { host: '2001:db8::1', user: 'root', port: 22 }],
  ])('%j', (text, expected) => {
    expect(readSshLine(text)).toEqual(expected)
  })

  it.each([
    '120.1.1.2',
    'lab.example.edu',
    '',
    'ssh',
    'ssh -p',
    'ssh root@host ls -l /tmp',
    '2001:db8::1',
    'root@host somewhere',
    'https://root@host/',
  ])('is not %j', (text) => {
    expect(readSshLine(text)).toBeNull()
  })
})
