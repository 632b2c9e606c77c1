import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { silentLog } from '@nps-desktop/relay-core/log'
import { openKeyFile } from '../../electron/backend/key-file.ts'
import { createHostKeys } from '../../electron/backend/ssh/host-keys/host-keys.ts'
import { createMachines, secretName } from '../../electron/backend/ssh/machines.ts'
import { openStorage } from '../../electron/backend/storage/storage.ts'
import { sshdPath, startLocalSshd } from '../harness/local-sshd.ts'

const run = promisify(execFile)

it.runIf(existsSync(sshdPath))(
  'a passphrase opens the key that is locked on the way, and is kept',
  async () => {
    const { signal } = new AbortController()
    const sshd = await startLocalSshd()
    const folder = await mkdtemp(join(tmpdir(), 'nps-locked-'))
    const storage = openStorage({ dataFolder: folder, ...(await openKeyFile(folder)) })
    try {
      const file = join(folder, 'id')
      await writeFile(file, sshd.privateKey, { mode: 0o600 })
      await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', file])
      const ref = { kind: 'server', id: 's1' } as const
      const address = { host: sshd.host, port: sshd.port, user: sshd.user }
      storage.servers.put({
        id: 's1',
        name: 's',
        address,
        relay: null,
        installed: null,
        ports: null,
        local: false,
      })
      await storage.secrets.set(secretName(ref), JSON.stringify({ kind: 'key', key: file }))
      const machines = createMachines({ storage })
      const keys = createHostKeys({ storage, machines, log: silentLog })
      const endpoint = { ...address, jump: { kind: 'none' } } as const
      const { fingerprint } = await keys.inspect(endpoint, { signal })
      await keys.confirm({ ...endpoint, fingerprint }, { signal })

      const locked = { code: 'key-passphrase-needed', params: { file } }
      await expect(machines.open(ref, { signal })).rejects.toMatchObject({ ...locked, params: { given: 0 } })
      await machines.unlock(ref, 'wrong')
      await expect(machines.open(ref, { signal })).rejects.toMatchObject({ ...locked, params: { given: 1 } })
      await machines.unlock(ref, 'open sesame')
      const session = await machines.open(ref, { signal })
      expect(session.isOpen).toBe(true)
      session.close()
    } finally {
      storage.close()
      await rm(folder, { recursive: true, force: true })
      await sshd.close()
    }
  },
)
