import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { linuxListeners } from './linux-listeners.ts'

it('tells nothing where the system has no /proc', async () => {
  expect(await linuxListeners({ account: '', policy: () => true }, { root: '/nowhere' })).toBeNull()
})

it.each([
  ['that lists no sockets', '', null],
  [
    'in which nothing listens',
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n',
    [],
  ],
])('of a /proc %s', async (_what, list, listeners) => {
  const root = await mkdtemp(join(tmpdir(), 'nps-proc-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'proc/net'), { recursive: true })
  await writeFile(join(root, 'proc/net/tcp'), list)
  const told = await linuxListeners({ account: '', policy: () => true }, { root })
  expect(told && told.listeners).toEqual(listeners)
})
