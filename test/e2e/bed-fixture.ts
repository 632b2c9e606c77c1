import { Bed } from '../testbed/bed.ts'
import type { Machine } from '../testbed/machines/machine.ts'
import type { MachineName } from '../testbed/network/network.ts'
import { test as base } from './app-fixture.ts'

export { expect } from './app-fixture.ts'

/** The app and real machines, as new for each test. `machines` says which; the cloud machine alone unless told. */
export const test = base.extend<{ machines: readonly MachineName[]; bed: Bed }>({
  machines: [['cloud'], { option: true }],
  bed: async ({ machines }, use) => {
    await using bed = await Bed.start({ machines })
    await use(bed)
  },
})

/** The host key as the machine itself prints it. */
export async function hostKeyOf(machine: Machine): Promise<string> {
  const line = await machine.exec('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  return line.split(' ')[1] ?? ''
}
