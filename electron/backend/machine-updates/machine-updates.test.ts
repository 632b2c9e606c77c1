import { systemClock } from '@nps-desktop/relay-core/async'
import { expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import type { JobPlan } from '../provisioning/jobs/running-job.ts'
import type { Jobs } from '../provisioning/jobs/jobs.ts'
import type { Relays } from '../relays/relays.ts'
import type { Machines } from '../ssh/machines.ts'
import type { Storage } from '../storage/records.ts'
import { MachineUpdates } from './machine-updates.ts'
import type { UpdateContext } from './update-context.ts'

const { signal } = new AbortController()

test.each(['server', 'lab'] as const)(
  'whoever begins the update of a %s answers what the machine asks, but for the looks at the swap',
  async (kind) => {
    const asked: unknown[] = []
    const plans: JobPlan<UpdateContext>[] = []
    const record = {
      id: 'x',
      serverId: 's1',
      clientId: 3,
      installed: null,
      address: { host: 'h' },
      relay: {},
    }
    const updates = new MachineUpdates({
      storage: standIn<Storage>({ servers: { get: () => record }, labs: { get: () => record } }),
      machines: standIn<Machines>({
        open: (_ref, { asks }) => {
          asked.push(asks)
          return Promise.reject(new Error('no machine'))
        },
      }),
      jobs: {
        start: (plan: JobPlan<UpdateContext>) => ({ jobId: `j${plans.push(plan)}` }),
      } as Jobs,
      relays: {} as Relays,
      programFolders: { packed: '', added: '' },
      clock: systemClock,
      onServerUpdated: () => undefined,
    })
    if (kind === 'server') updates.server({ serverId: 'x' })
    else updates.lab({ labId: 'x' })
    const workplace = plans[0]?.context.workplace
    await expect(workplace?.session(signal)).rejects.toThrow('no machine')
    await expect(workplace?.owner(signal, { asks: false })).rejects.toThrow('no machine')
    expect(asked).toEqual([true, false])
  },
)
