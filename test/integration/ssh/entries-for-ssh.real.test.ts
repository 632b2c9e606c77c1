import type { Lab, Overview, Server, Settings, Tunnel } from '@nps-desktop/electron/contract'
import { Feed } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SshEntries } from '../../../electron/backend/open-in/ssh-entries.ts'
import { SshSettings } from '../../../electron/backend/open-in/ssh-settings.ts'
import { createHostKeys } from '../../../electron/backend/ssh/host-keys/host-keys.ts'
import { createMachines } from '../../../electron/backend/ssh/machines.ts'
import type { Storage } from '../../../electron/backend/storage/records.ts'
import { DataFolder } from '../../../electron/testing/data-folder.ts'
import { startLocalSshd, type LocalSshd } from '../../harness/local-sshd.ts'

let sshd: LocalSshd
let data: DataFolder
let storage: Storage
let settings: SshSettings
let entries: SshEntries
let overview: Feed<Overview>

beforeAll(async () => {
  sshd = await startLocalSshd()
  data = await DataFolder.open()
  storage = data.storage
  settings = new SshSettings({ folder: join(data.path, '.ssh'), mark: 'nps-desktop' })
  const address = { host: '10.0.0.5', port: 22, user: sshd.user }
  overview = new Feed({
    servers: [{ id: 's1', relay: { host: sshd.host } } as Server],
    labs: [{ id: 'l1', serverId: 's1', name: 'lab-a100', address } as Lab],
    tunnels: [
      {
        id: 't1',
        labId: 'l1',
        kind: 'ssh',
        reach: 'anyone',
        port: sshd.port,
        target: '127.0.0.1:22',
      } as Tunnel,
    ],
  } as Overview)
  await storage.secrets.set('lab/l1/ssh', JSON.stringify({ kind: 'key', key: join(sshd.folder, 'user') }))
  const save = (change: Pick<Settings, 'sshEntries'>) => void storage.settings.save(change)
  entries = new SshEntries({ storage, overview, settings, save, log: silentLog })
  entries.start()
})
afterAll(async () => {
  await entries.close()
  overview.close()
  await sshd.close()
  await data[Symbol.asyncDispose]()
})

test('the real ssh comes to a lab box by its name with the pinned key, and refuses another one', async () => {
  const endpoint = { host: sshd.host, port: sshd.port, jump: { kind: 'none' } as const }
  const hostKeys = createHostKeys({ storage, machines: createMachines({ storage }), log: silentLog })
  const signal = AbortSignal.timeout(50_000)
  await hostKeys.confirm({ ...endpoint, fingerprint: sshd.fingerprint }, { signal })
  await entries.keep(true)
  // what stands below the app's line loses against it
  await writeFile(settings.config, 'Host *\n  User nobody\n  Port 1\n', { flag: 'a' })
  const options = ['-F', settings.config, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20']
  const ssh = () => promisify(execFile)('ssh', [...options, 'lab-a100', 'echo', 'here'], { signal })
  expect((await ssh()).stdout).toBe('here\n')
  await sshd.changeHostKey()
  await expect(ssh()).rejects.toMatchObject({ stderr: expect.stringContaining('verification failed') })
})
