import { expect, it } from 'vitest'
import { ZodError } from 'zod'
import { printable } from '../api/words/printable.ts'
import { decodePushedHost, decodePushedTunnel } from '../stock/configuration/pushed-config.ts'
import { decodePushedOutcome } from '../stock/configuration/pushed-document.ts'
import { refusedSections } from './refused-section.ts'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const brought = {
  hosts: [decodePushedHost(json({ host: 'lab.example.com', remark: 'web' }))],
  tunnels: [
    decodePushedTunnel(json({ mode: 'tcp', remark: 'ssh', ports: '7000' })),
    decodePushedTunnel(json({ mode: 'secret', remark: 'mine', password: 'a long enough password' })),
  ],
}
const told = (outcome: unknown) => refusedSections(brought, decodePushedOutcome(JSON.stringify(outcome)))

it('an older relay says no reasons: each section has the likely causes of its mode', () => {
  const [web, ssh, mine] = told({ refused: ['web', 'ssh', 'mine'] })
  expect(web?.reason).toContain('host')
  expect(ssh?.reason).toContain('allow_ports')
  expect(mine?.reason).toContain('password')
})

it.each([[''], ['   '], ['\u001b\u0000\u202e']])('so has one whose reason is %j', (reason) => {
  expect(told({ refused: ['ssh'], reasons: [reason] })[0]?.reason).toContain('allow_ports')
})

it('what a relay says drives no terminal, is short, and is no more than was asked', () => {
  const loud = '\u001b[2J\u202e\r\n1970-01-01 forged'.repeat(200)
  const sections = told({ refused: Array(1_000).fill(loud), reasons: Array(1_000).fill(loud) })
  expect(sections).toHaveLength(3)
  for (const { name, reason } of sections) {
    expect(printable(name + reason)).toBe(name + reason)
    expect(name.length).toBeLessThanOrEqual(100)
    expect(reason.length).toBeLessThanOrEqual(400)
  }
})

it.each([[{ refused: 'ssh' }], [{ refused: ['ssh'], reasons: [null] }], [{ denied: 'yes' }], [null], [[]]])(
  'an outcome such as %j is none',
  (outcome) => {
    expect(() => told(outcome)).toThrow(ZodError)
  },
)

it('names every section where this client may bring none', () => {
  expect(told({ denied: true }).map(({ name }) => name)).toEqual(['web', 'ssh', 'mine'])
})
