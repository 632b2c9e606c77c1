import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { silentLog } from '@nps-desktop/relay-core/log'
import { createHostKeys } from '../../../electron/backend/ssh/host-keys/host-keys.ts'
import { createMachines, secretName } from '../../../electron/backend/ssh/machines.ts'
import { DataFolder } from '../../../electron/testing/data-folder.ts'
import { serverRecord } from '../../../electron/testing/stored-machines.ts'
import { sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'

const run = promisify(execFile)

it.runIf(existsSync(sshdPath))(
  'a passphrase opens the key that is locked on the way, and is kept',
  async () => {
    const { signal } = new AbortController()
    const sshd = await startLocalSshd()
    const data = await DataFolder.open()
    const { storage } = data
    try {
      const file = join(data.path, 'id')
      await writeFile(file, sshd.privateKey, { mode: 0o600 })
      await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', file])
      const ref = { kind: 'server', id: 's1' } as const
      const address = { host: sshd.host, port: sshd.port, user: sshd.user }
      storage.servers.put(serverRecord({ address }))
      await storage.secrets.set(secretName(ref), JSON.stringify({ kind: 'key', key: file }))
      const machines = createMachines({ storage })
      const keys = createHostKeys({ storage, machines, log: silentLog })
      const endpoint = { ...address, jump: { kind: 'none' } } as const
      const { fingerprint } = await keys.inspect(endpoint, { signal })
      await keys.confirm({ ...endpoint, fingerprint }, { signal })

      const locked = { code: 'key-passphrase-needed', params: { file } }
      await expect(machines.open(ref, { signal })).rejects.toMatchObject({ ...locked, params: { given: 0 } })
      await machines.correct(ref, { passphrase: 'wrong' })
      await expect(machines.open(ref, { signal })).rejects.toMatchObject({ ...locked, params: { given: 1 } })
      await machines.correct(ref, { passphrase: 'open sesame' })
      const session = await machines.open(ref, { signal })
      expect(session.isOpen).toBe(true)
      session.close()
    } finally {
      await data[Symbol.asyncDispose]()
      await sshd.close()
    }
  },
)
