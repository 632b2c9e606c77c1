import { ORPCError } from '@orpc/client'
import { RelayError } from '@nps-desktop/relay-core/api'
import type { RelayTunnel } from '@nps-desktop/relay-core/api'
import { toRelayError } from '@nps-desktop/relay-core/api-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { DataFolder } from '../../testing/data-folder.ts'
import { labRecord, serverRecord } from '../../testing/stored-machines.ts'
import type { Storage } from '../storage/records.ts'
import { FreePorts } from './free-ports.ts'
import { TunnelCalls } from './tunnel-calls.ts'

const options = { signal: new AbortController().signal }
let data: DataFolder
let storage: Storage

beforeEach(async () => {
  data = await DataFolder.open()
  storage = data.storage
  storage.servers.put(serverRecord())
  storage.labs.put(labRecord())
})
afterEach(() => data[Symbol.asyncDispose]())

/** An nps that knows no private tunnels: of what is asked it reads what it knows, and opens a port. */
function oldRelay(asked: unknown[]) {
  const tunnels = {
    add: async (input: { mode?: string | undefined }) => {
      asked.push(['add', input])
      if (input.mode === 'tcp') throw new RelayError('port-taken', 'taken')
      return { id: 9, mode: 'tcp', port: 7001 } as RelayTunnel
    },
    remove: async (input: unknown) => {
      asked.push(['remove', input])
      return {}
    },
  }
  return { reach: async () => ({ tunnels }), view: () => ({ mirror: { tunnels: [], status: null } }) }
}

function tunnelsOf(relays: ReturnType<typeof oldRelay>): TunnelCalls {
  type Parts = ConstructorParameters<typeof FreePorts>[0]
  const parts = {
    storage,
    relays,
    services: { find: async () => null },
    ports: new FreePorts(standIn<Parts>({ storage, relays })),
  }
  return new TunnelCalls(standIn<ConstructorParameters<typeof TunnelCalls>[0]>(parts))
}

test.each(['jupyter', 'tensorboard'] as const)(
  'a new %s tunnel is for this laptop only, and an old nps that opens a port instead is told to be too old',
  async (kind) => {
    const asked: unknown[] = []
    const adding = tunnelsOf(oldRelay(asked)).addPreset({ labId: 'l1', kind }, options)
    await expect(adding).rejects.toMatchObject({ code: 'mode-unsupported', params: { server: 'cloud' } })
    expect(asked).toMatchObject([
      ['add', { mode: 'private' }],
      ['remove', { id: 9 }],
    ])
    expect(storage.tunnelNotes.list()).toEqual([])
  },
)

test('a proxy for this laptop alone needs an nps that knows of such, and an older one is told to be too old', async () => {
  const asked: unknown[] = []
  const relays = oldRelay(asked)
  const refuse = async (): Promise<never> => {
    const issues = [{ path: ['mode'], message: 'Invalid option: expected one of "tcp"|"socks5"|"private"' }]
    throw toRelayError(new ORPCError('BAD_REQUEST', { data: { issues } }), 'tunnels/add')
  }
  const old = {
    ...relays,
    reach: async () => ({ tunnels: { ...(await relays.reach()).tunnels, add: refuse } }),
  }
  const adding = tunnelsOf(old).add(
    'l1',
    { kind: 'socks5', reach: 'laptop', name: 'proxy', target: '', port: undefined },
    options,
  )
  await expect(adding).rejects.toMatchObject({ code: 'mode-unsupported', params: { server: 'cloud' } })
  expect(storage.tunnelNotes.list()).toEqual([])
})

test('anyone who finds the port is let in only by choice', async () => {
  const asked: unknown[] = []
  const adding = tunnelsOf(oldRelay(asked)).addPreset(
    { labId: 'l1', kind: 'jupyter', port: 7001, reach: 'anyone' },
    options,
  )
  await expect(adding).rejects.toMatchObject({ code: 'port-taken' })
  expect(asked).toMatchObject([['add', { mode: 'tcp', port: 7001 }]])
})
