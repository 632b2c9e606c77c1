import { expect, it } from 'vitest'
import { RelayError } from '../../api/errors.ts'
import type { ConfigReceiver } from './config-conversation.ts'
import { takePushedDocument } from './pushed-document.ts'

const refusing: ConfigReceiver = {
  createClient: async () => undefined,
  addHost: async () => null,
  addTunnel: async ({ remark }) => new RelayError('port-taken', `${remark} “nicht” hier`, { port: 1 }),
  running: () => [],
  done: () => undefined,
}
const document = JSON.stringify({
  tunnels: Array.from({ length: 50 }, (_, at) => ({ mode: 'tcp', remark: `s${at}`, ports: '1' })),
})

it('a section of a newer npc is refused by its name, and the others are taken', async () => {
  const taken: string[] = []
  const receiver: ConfigReceiver = {
    ...refusing,
    addTunnel: async ({ remark }) => {
      taken.push(remark)
      return null
    },
  }
  const tunnels = [
    // Whose fields may have other forms, too.
    { Mode: 'carrierPigeon', Remark: 'by air', Target: 'a:1' },
    { Mode: 'tcp', Remark: 'ssh', Ports: '1' },
  ]
  const hosts = [{ Remark: 'odd', Host: 'a', Scheme: 'gopher' }]
  const outcome = await takePushedDocument(JSON.stringify({ hosts, tunnels }), receiver, { maxBytes: 65_536 })
  expect(taken).toEqual(['ssh'])
  expect(outcome.refused).toEqual(['odd', 'by air'])
  for (const reason of outcome.reasons)
    expect(reason).toContain('does not know such a section. Update nps there')
})

it.each([
  ['no section', 7, 'It is no section'],
  ['a mode that is no name', { mode: 'tcp\u001b[2J' }, 'Its “mode” is missing or malformed'],
  ['a mode of another type', { mode: ['tcp'] }, 'Its “mode” is missing or malformed'],
  ['no mode', { ports: '1' }, 'Its “mode” is missing or malformed'],
  ['a target that is none', { mode: 'tcp', target: 'a:1' }, 'Its “target” is missing or malformed'],
])('%s is malformed, and no section of a newer npc', async (_what, section, why) => {
  const { reasons } = await takePushedDocument(JSON.stringify({ tunnels: [section] }), refusing, {
    maxBytes: 65_536,
  })
  expect(reasons).toEqual([expect.stringContaining(why)])
  expect(reasons[0]).not.toContain('Update')
  expect(reasons[0]).not.toContain('\u001b')
})

it('every name is told, and as many reasons as there is room for', async () => {
  const all = await takePushedDocument(document, refusing, { maxBytes: 65_536 })
  expect(all.refused).toHaveLength(50)
  expect(all.reasons[49]).toBe('s49 “nicht” hier')
  const whole = Buffer.byteLength(JSON.stringify(all)) + 1
  for (const maxBytes of [whole, whole - 1, 1_000, 100, 0]) {
    const { refused, reasons } = await takePushedDocument(document, refusing, { maxBytes })
    expect(refused).toEqual(all.refused)
    expect(reasons).toEqual(all.reasons.slice(0, reasons.length))
    const bytes = Buffer.byteLength(JSON.stringify({ refused, reasons, denied: false }))
    expect(reasons.length === 0 || bytes <= maxBytes).toBe(true)
    expect(reasons.length === 50).toBe(maxBytes === whole)
  }
})

it('entries without a name do not make the outcome longer than a document may be', async () => {
  const maxBytes = 65_536
  const named = Array.from({ length: 15 }, () => `{"Remark":"${'n'.repeat(4_088)}"}`)
  const some = Array.from({ length: 1_000 }, () => '7')
  const document = `{"hosts":[${some.join()}],"tunnels":[${[...named, ...some.slice(named.length)].join()}]}`
  expect(document.length).toBeLessThanOrEqual(maxBytes)
  const outcome = await takePushedDocument(document, refusing, { maxBytes })
  expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThanOrEqual(maxBytes)
  expect(outcome.refused.filter((name) => name !== '')).toHaveLength(15)
})
