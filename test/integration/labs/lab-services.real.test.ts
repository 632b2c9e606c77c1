import { existsSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import { createLabServices } from '../../../electron/backend/labs/lab-services.ts'
import { LabSessions } from '../../../electron/backend/lab-sessions/lab-sessions.ts'
import { MachineSessions } from '../../../electron/backend/lab-sessions/machine-sessions.ts'
import { createHostKeys } from '../../../electron/backend/ssh/host-keys/host-keys.ts'
import { createMachines, secretName } from '../../../electron/backend/ssh/machines.ts'
import { DataFolder } from '../../../electron/testing/data-folder.ts'
import { labRecord, serverRecord } from '../../../electron/testing/stored-machines.ts'
import { sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'

it.runIf(existsSync(sshdPath))(
  'a lab box tells where its services are, and how they are opened',
  async () => {
    const { signal } = new AbortController()
    const data = await DataFolder.open()
    const { path: folder, storage } = data
    const boards = join(folder, '.tensorboard-info')
    await mkdir(boards)
    // of a process that is there; the files of one that is gone are left over
    const [pid, gone] = [process.pid, 4_194_303]
    const notebook = { pid, port: 8899, token: 'abc', secure: true, base_url: '/lab/' }
    await writeFile(join(folder, `jpserver-${pid}.json`), JSON.stringify(notebook, null, 2))
    await writeFile(join(folder, `jpserver-${gone}.json`), JSON.stringify({ ...notebook, port: 8888 }))
    await writeFile(join(boards, `pid-${pid}.info`), JSON.stringify({ pid, port: 6007, path_prefix: '/tb' }))
    await symlink(join(boards, `pid-${pid}.info`), join(boards, `pid-${process.ppid}.info`))
    const sshd = await startLocalSshd({ config: [`SetEnv JUPYTER_RUNTIME_DIR=${folder} TMPDIR=${folder}`] })
    const sessions = new MachineSessions({
      machines: createMachines({ storage }),
      overview: () => ({ labs: [], servers: [], tunnels: [] }),
      clock: systemClock,
      log: silentLog,
    })
    const labSessions = new LabSessions(sessions)
    try {
      const address = { host: sshd.host, port: sshd.port, user: sshd.user }
      storage.servers.put(serverRecord())
      storage.labs.put(labRecord({ name: 'lab', address }))
      storage.labs.put(labRecord({ id: 'l2', name: 'pasted' }))
      const secret = JSON.stringify({ kind: 'key', key: sshd.privateKey })
      await storage.secrets.set(secretName({ kind: 'lab', id: 'l1' }), secret)
      const machines = createMachines({ storage })
      const keys = createHostKeys({ storage, machines, log: silentLog })
      const endpoint = { ...address, jump: { kind: 'none' } } as const
      const { fingerprint } = await keys.inspect(endpoint, { signal })
      await keys.confirm({ ...endpoint, fingerprint }, { signal })

      const services = createLabServices({ storage, labSessions, log: silentLog })
      const find = (kind: 'ssh' | 'jupyter' | 'tensorboard', port?: number, labId = 'l1') =>
        services.find(labId, { kind, ...(port === undefined ? {} : { port }) }, { signal })
      expect(await find('ssh')).toMatchObject({ port: sshd.port })
      expect(await find('jupyter')).toMatchObject({ port: 8899, token: 'abc', secure: true, path: '/lab/' })
      expect(await find('jupyter', 8888)).toBeNull()
      expect(await find('tensorboard')).toMatchObject({ port: 6007, path: '/tb/' })
      expect(await find('ssh', undefined, 'l2')).toBeNull()
    } finally {
      sessions.close()
      await data[Symbol.asyncDispose]()
      await sshd.close()
    }
  },
)
