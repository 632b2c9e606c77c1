import { Feed } from '@nps-desktop/relay-core/async'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Overview } from '@nps-desktop/electron/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStorageIn } from '../../testing/data-folder.ts'
import { serverRecord } from '../../testing/stored-machines.ts'
import { ActivityFeed } from '../activity/activity-feed.ts'
import type { Storage } from './records.ts'

let folder: string
let storage: Storage

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-desktop-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', folder])
  storage = await openStorageIn(folder)
})
afterEach(() => {
  storage.close()
  execFileSync('umount', [folder])
  rmSync(folder, { recursive: true })
})

const server = serverRecord()

function fillDisk(): void {
  for (let bytes = 64 * 1024; bytes >= 1; bytes = Math.floor(bytes / 4)) {
    try {
      for (;;) appendFileSync(join(folder, 'filler'), Buffer.alloc(bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

test('on a full disk what a person asks for fails by its code, what comes by itself is kept and written later', async () => {
  storage.servers.put(server)
  const activity = new ActivityFeed({ storage, overview: new Feed<Overview>({} as Overview) })
  fillDisk()
  // Until the room inside the file's own blocks is used up too.
  let refused: unknown
  for (let round = 0; round < 1_000 && refused === undefined; round++) {
    try {
      storage.servers.put({ ...server, name: `name ${round}` })
    } catch (error) {
      refused = error
    }
  }
  expect(refused).toMatchObject({ code: 'storage-failed' })
  const kept = storage.servers.get('s1')?.name
  const event = { atMs: 1, tone: 'good', code: 'server-online', params: {}, serverId: 's1' }
  activity.add({ ...event, labId: null, tunnelId: null } as never)
  expect(activity.feed.value).toMatchObject([{ code: 'server-online' }])
  storage.whenPossible('later', () => storage.servers.put({ ...server, id: 's2', name: 'came later' }))
  expect(storage.servers.get('s2')).toBe(undefined)

  // Ended and started again on the full disk: it still opens.
  storage.close()
  storage = await openStorageIn(folder)
  expect(storage.servers.get('s1')?.name).toBe(kept)
  activity.close()
})

test('what was put off is on the disk as soon as there is room, at the end at the latest', async () => {
  fillDisk()
  const names: string[] = []
  // More than fits into blocks that the file has already.
  for (let round = 0; round < 3_000; round++) {
    const id = `s${round}`
    names.push(id)
    storage.whenPossible(id, () => storage.servers.put({ ...server, id, name: 'x'.repeat(64) }))
  }
  expect(storage.servers.list().length).toBeLessThan(3_000)
  rmSync(join(folder, 'filler'))
  storage.close()
  storage = await openStorageIn(folder)
  expect(storage.servers.list().map(({ id }) => id)).toEqual(expect.arrayContaining(names))
})
