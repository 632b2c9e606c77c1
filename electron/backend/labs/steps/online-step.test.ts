import { expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { DataFolder } from '../../../testing/data-folder.ts'
import { installedByCron, labRecord, serverRecord } from '../../../testing/stored-machines.ts'
import type { LabContext } from './lab-context.ts'
import { onlineStep } from './online-step.ts'

const own = `sha256:${'a'.repeat(43)}`
const told = `sha256:${'b'.repeat(43)}`
const progress = {
  signal: new AbortController().signal,
  fact: () => undefined,
  progress: () => undefined,
  ports: () => undefined,
  writes: () => undefined,
}

/** The key that is kept once the box is online: its server tells `told`, npc on the box prints `status`. */
async function keptKey(status: string, before: string | null): Promise<string | null | undefined> {
  await using data = await DataFolder.open()
  const { storage } = data
  storage.servers.put(serverRecord())
  storage.labs.put(labRecord({ agentKey: before }))
  const agent = { state: 'online', address: '198.51.100.4:5000', version: '1.0.0', fingerprint: told }
  const clients = {
    watch: async () =>
      (async function* () {
        yield [{ id: 3, agent }]
      })(),
  }
  const context = standIn<LabContext>({
    labId: 'l1',
    storage,
    relays: { reach: async () => ({ clients }) },
    machine: async () => ({ command: async () => ({ stdout: status, stderr: '' }) }),
    found: { installed: installedByCron },
  })
  await onlineStep.run(context, progress)
  return storage.labs.get('l1')?.agentKey
}

test('the key of a lab box is read on the box itself when it is set up, and not believed of its server', async () => {
  expect(await keptKey(JSON.stringify({ agent: { fingerprint: own } }), null)).toBe(own)
  expect(await keptKey(JSON.stringify({ agent: { fingerprint: own } }), told)).toBe(own)
})

test.each(['npc is running.', '{}', '{"agent":{"fingerprint":"sha256:A;touch x;#"}}'])(
  'an npc that says %s changes nothing of the key that is kept',
  async (status) => {
    expect(await keptKey(status, null)).toBe(null)
    expect(await keptKey(status, own)).toBe(own)
  },
)
