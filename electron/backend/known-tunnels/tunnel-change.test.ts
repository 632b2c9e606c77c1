import { type Log, silentLog } from '@nps-desktop/relay-core/log'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { serverRecord } from '../../testing/stored-machines.ts'
import { AppError } from '../failures/app-error.ts'
import { openKeyFile } from '../key-file.ts'
import type { Relays } from '../relays/relays.ts'
import type { Storage } from '../storage/records.ts'
import { openStorage } from '../storage/storage.ts'
import { newNote } from './new-note.ts'
import { isMarkOf } from './private-password.ts'
import { followPasswords } from './tunnel-change.ts'

test('on a full disk the passwords of private tunnels are marked once there is room, and the log has one line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nps-desktop-passwords-'))
  const shell = { dataFolder: folder, ...(await openKeyFile(folder)) }
  const log = { ...silentLog, error: vi.fn<Log['error']>() }
  let storage = openStorage(shell, { log })
  try {
    storage.servers.put(serverRecord())
    for (const id of [1, 2])
      storage.tunnelNotes.put({ ...newNote(`s1-t${id}`, 'jupyter'), localPort: 8888, passwordMark: '' })
    const { tunnelNotes } = storage
    let isFull = true
    const put: Storage['tunnelNotes']['put'] = (note) => {
      if (isFull) throw new AppError('storage-failed', 'full', { path: folder, reason: 'full' })
      tunnelNotes.put(note)
    }
    let tellChange = (): void => undefined
    const tunnels = [1, 2].map((id) => ({
      id,
      mode: 'private' as const,
      settings: { password: `secret ${id}` },
    }))
    const relays = standIn<Relays>({
      view: () => ({ mirror: { tunnels } }),
      onChange: (listener: (serverId: string) => void) => {
        tellChange = () => listener('s1')
        return { [Symbol.dispose]: () => undefined }
      },
    })
    followPasswords({ ...storage, tunnelNotes: { ...tunnelNotes, put } }, relays, log)
    for (let time = 0; time < 3; time++) tellChange()
    expect(log.error).toHaveBeenCalledTimes(1)
    isFull = false
    storage.close()
    storage = openStorage(shell)
    for (const id of [1, 2]) {
      const mark = storage.tunnelNotes.get(`s1-t${id}`)?.passwordMark ?? ''
      expect(isMarkOf(mark, `secret ${id}`)).toBe(true)
    }
  } finally {
    storage.close()
    await rm(folder, { recursive: true })
  }
})
