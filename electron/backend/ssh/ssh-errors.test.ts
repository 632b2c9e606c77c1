import { expect, it } from 'vitest'
import { dialFailure, dialTimeout } from './ssh-errors.ts'

const at = (host: string) => ({ host, port: 22, user: 'li' })

it.each(['10.20.3.7', '192.168.1.10', '172.31.0.1', '100.64.0.9', 'fd00::1'])(
  'a lab that does not answer on %s is out of reach, not behind a security group',
  (host) => {
    expect(dialTimeout(at(host), 10_000).code).toBe('ssh-private-network')
    const noRoute = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })
    expect(dialFailure(noRoute, at(host)).code).toBe('ssh-private-network')
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    expect(dialFailure(refused, at(host)).code).toBe('ssh-refused')
  },
)

it.each(['120.1.1.2', '172.32.0.1', '2001:db8::1', 'gpu.example.com'])('%s is told as before', (host) => {
  expect(dialTimeout(at(host), 10_000).code).toBe('ssh-timeout')
})
