import type { Overview, Transfer } from '@nps-desktop/electron/contract'
import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabFiles } from '../../electron/backend/lab-files/lab-files.ts'
import { LabSessions } from '../../electron/backend/lab-sessions/lab-sessions.ts'
import { MachineSessions } from '../../electron/backend/lab-sessions/machine-sessions.ts'
import { describeHostKey } from '../../electron/backend/ssh/keys/host-key.ts'
import { openSession } from '../../electron/backend/ssh/open-session.ts'
import type { Storage } from '../../electron/backend/storage/records.ts'
import { memoryHostKeys } from './host-key-store.ts'
import type { LocalSshd } from './local-sshd.ts'

const forgetful: Pick<Storage, 'transfers' | 'whenPossible'> = {
  transfers: { list: () => [], save: () => undefined },
  whenPossible: (_name, write) => write(),
}

type SshdPlace = Pick<LocalSshd, 'port' | 'user' | 'privateKey' | 'folder'> & { readonly host: string }

/** The app's shared sessions where every machine is this sshd. */
export async function sessionsOn({
  host,
  port,
  user,
  privateKey,
  folder,
}: SshdPlace): Promise<MachineSessions> {
  const [, blob = ''] = (await readFile(join(folder, 'host.pub'), 'utf8')).split(' ')
  const hostKeys = memoryHostKeys()
  const address = { host, port, user }
  hostKeys.pin({ ...address, way: '', pinnedAtMs: 0, ...describeHostKey(Buffer.from(blob, 'base64')) })
  const secret = { kind: 'key', key: privateKey } as const
  const empty: Pick<Overview, 'labs' | 'servers' | 'tunnels'> = { labs: [], servers: [], tunnels: [] }
  return new MachineSessions({
    machines: { open: (_ref, { signal }) => openSession({ address, secret }, { hostKeys, signal }) },
    overview: () => empty as Overview,
    clock: systemClock,
    log: silentLog,
  })
}

/** The part `files` of the app, with a local sshd as its lab box `l1`. */
export class LabOfSshd implements AsyncDisposable {
  readonly files: LabFiles
  readonly #sessions: MachineSessions

  private constructor(files: LabFiles, sessions: MachineSessions) {
    this.files = files
    this.#sessions = sessions
  }

  /** `port`: where the app finds it, if not at its own. `storage`: what it keeps; nothing by default. */
  static async open(
    sshd: SshdPlace,
    {
      port = sshd.port,
      downloadsFolder,
      storage = forgetful,
    }: { port?: number; downloadsFolder: string; storage?: Pick<Storage, 'transfers' | 'whenPossible'> },
  ): Promise<LabOfSshd> {
    const sessions = await sessionsOn({ ...sshd, port })
    const files = new LabFiles({
      sessions: new LabSessions(sessions),
      storage,
      nameOf: () => 'lab-a100',
      shell: { downloadsFolder },
      clock: systemClock,
      log: silentLog,
    })
    return new LabOfSshd(files, sessions)
  }

  /** The transfers once they are as `isSo` says. */
  async transfersWhere(isSo: (all: readonly Transfer[]) => boolean): Promise<readonly Transfer[]> {
    for await (const all of this.files.watchTransfers(AbortSignal.timeout(50_000))) if (isSo(all)) return all
    throw new Error('the transfers did not come so far')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files.close()
    this.#sessions.close()
  }
}
