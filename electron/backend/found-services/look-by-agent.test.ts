import { type Listening, RelayError, type RelayErrorCode } from '@nps-desktop/relay-core/api'
import type { RelayClient } from '@nps-desktop/relay-core/api-client'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { expect, test } from 'vitest'
import { lookByAgent } from './look-by-agent.ts'

const { signal } = new AbortController()
const lab = { serverId: 's1', clientId: 1 }

function relays(listening: () => Promise<Listening>) {
  const client = standIn<RelayClient>({ clients: { listening } })
  return { reach: () => Promise.resolve(client) }
}
const failing = (code: RelayErrorCode) => relays(() => Promise.reject(new RelayError(code, code)))

test.each([
  ['not-possible-here', 'nps-old'],
  ['mode-unsupported', 'npc-old'],
  ['target-denied', 'npc-off'],
  ['target-missing', 'npc-cannot'],
] as const)('%s means %s', async (code, why) => {
  expect(await lookByAgent(failing(code), lab, { signal })).toBe(why)
})

test('any other failure is one, and so is a lab box that was never set up', async () => {
  await expect(lookByAgent(failing('agent-offline'), lab, { signal })).rejects.toMatchObject({
    code: 'agent-offline',
  })
  await expect(lookByAgent(failing('timeout'), { ...lab, clientId: null }, { signal })).rejects.toMatchObject(
    { code: 'not-found' },
  )
})

test('what npc tells of unknown programs is shown by their names', async () => {
  const one = { host: '127.0.0.1', owner: 'alice', isOwn: true, folder: '/home/alice' }
  const listeners = [
    { ...one, port: 7860, command: ['python3', 'app.py'] },
    { ...one, port: 8888, command: ['python3', '/usr/bin/jupyter-lab'] },
  ]
  const told = await lookByAgent(
    relays(() => Promise.resolve({ home: '/home/alice', listeners, others: [] })),
    lab,
    { signal },
  )
  if (typeof told === 'string') throw new Error(told)
  expect(told.map(({ name, about }) => [name, about[0]?.text])).toEqual([
    ['Jupyter', '~'],
    ['app.py', '~/app.py'],
  ])
})
