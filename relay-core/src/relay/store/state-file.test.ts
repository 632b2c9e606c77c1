import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StateFile } from './state-file.ts'

const disk = vi.hoisted(() => ({ freeBlocks: 1 }))
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  statfsSync: () => ({ bavail: disk.freeBlocks, bsize: 4096 }),
}))

let folder: string
beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'nps-state-'))))
afterEach(() => fs.rmSync(folder, { recursive: true }))

test('after a full disk, a program that takes the file at once costs its own time only, not the rest of this run', () => {
  disk.freeBlocks = 1
  const path = join(folder, 'relay.db')
  const state = new StateFile(path)
  state.exec('create table notes (text text) strict')
  disk.freeBlocks = 1_000_000
  state.share()

  const other = new DatabaseSync(path)
  other.exec('pragma locking_mode = exclusive; begin exclusive')
  expect(() => state.exec(`insert into notes values ('one')`)).toThrow(
    expect.objectContaining({ code: 'state-locked' }),
  )
  other.exec('rollback')
  other.close()
  state.transaction(() => state.exec(`insert into notes values ('two')`))
  expect(state.prepare('select text from notes').all()).toMatchObject([{ text: 'two' }])
  state.close()
})
