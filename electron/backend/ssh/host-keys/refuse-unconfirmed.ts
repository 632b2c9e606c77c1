import type { JumpHost, SshAddress } from '@nps-desktop/electron/contract'
import { AppError } from '../../failures/app-error.ts'
import type { Storage } from '../../storage/records.ts'
import { jumpAddress, wayThrough } from '../way.ts'

/** No secret is taken for a machine whose host key nobody has looked at, by the way that leads there. */
export function refuseUnconfirmed(
  storage: Storage,
  { host, port }: SshAddress,
  jump: JumpHost = { kind: 'none' },
): void {
  if (storage.hostKeys.get({ host, port, way: wayThrough(jumpAddress(storage, jump)) })) return
  throw new AppError(
    'host-key-unconfirmed',
    `The host key of ${host}:${port} is not confirmed yet. Compare its fingerprint first.`,
    { host, port },
  )
}
