import type { SshAddress } from '@nps-desktop/electron/contract'
import { silentLog } from '@nps-desktop/relay-core/log'
import type { AskPerson } from '../../electron/backend/ssh/ask-person.ts'
import { createHostKeys } from '../../electron/backend/ssh/host-keys/host-keys.ts'
import { createMachines } from '../../electron/backend/ssh/machines.ts'
import { openSession } from '../../electron/backend/ssh/open-session.ts'
import type { UsableSecret } from '../../electron/backend/ssh/ssh-sign-in.ts'
import type { SshSession } from '../../electron/backend/ssh/ssh-session.ts'
import type { Storage } from '../../electron/backend/storage/records.ts'
import { memoryHostKeys } from './host-key-store.ts'

/** A session of the app on an ssh server whose host key it takes as it comes. Who calls closes it. */
export async function signInTo(
  address: SshAddress,
  secret: UsableSecret,
  { ask, signal }: { ask?: AskPerson; signal: AbortSignal },
): Promise<SshSession> {
  const hostKeys = memoryHostKeys()
  const storage = { hostKeys } as Storage
  const keys = createHostKeys({ storage, machines: createMachines({ storage }), log: silentLog })
  const endpoint = { ...address, jump: { kind: 'none' } as const }
  const { fingerprint } = await keys.inspect(endpoint, { signal })
  await keys.confirm({ ...endpoint, fingerprint }, { signal })
  return await openSession({ address, secret }, { hostKeys, ask, signal })
}
