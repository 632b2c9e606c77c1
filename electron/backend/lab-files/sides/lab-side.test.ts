import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import type { Stats } from 'ssh2'
import { expect, test } from 'vitest'
import { LabSide } from './lab-side.ts'
import type { SftpChannel } from './sftp-channel.ts'

const status = (code: number): Error => Object.assign(new Error('refused'), { code })

/** A lab box with these files, whose server answers an atomic rename with `refusal`. */
function sideWith(names: string[], refusal: Error): { side: LabSide; files: Set<string> } {
  const files = new Set(names)
  const channel = standIn<SftpChannel>({
    user: 'alice',
    posixRename: () => Promise.reject(refusal),
    lstat: async (path: string) => {
      if (!files.has(path)) throw status(2)
      return standIn<Stats>({ mode: 0o100644, size: 1, mtime: 1 })
    },
    unlink: async (path: string) => {
      if (!files.delete(path)) throw status(2)
    },
    rename: async (from: string, to: string) => {
      if (!files.has(from)) throw status(2)
      if (files.has(to)) throw status(4)
      files.delete(from)
      files.add(to)
    },
  })
  return { side: new LabSide(channel, { lab: 'a100', hashOf: () => Promise.resolve(null) }), files }
}

test.each([
  ['the part is gone, as when another laptop has put it there', 2, 'file-not-found'],
  ['the folder may not be changed', 3, 'file-write-denied'],
])('a file is not lost that could not be replaced: %s', async (_why, code, told) => {
  const { side, files } = sideWith(['/data/model.pt'], status(code))
  const moved = side.move('/data/model.pt.1.part', '/data/model.pt', { replace: true })
  await expect(moved).rejects.toMatchObject({ code: told })
  expect([...files]).toEqual(['/data/model.pt'])
})

test.each([
  ['does not know the request', status(8)],
  ['has not announced it', new Error('Server does not support this extended request')],
])('a file is replaced by two steps where the server %s', async (_why, refusal) => {
  const { side, files } = sideWith(['/data/model.pt', '/data/model.pt.1.part'], refusal)
  await side.move('/data/model.pt.1.part', '/data/model.pt', { replace: true })
  expect([...files]).toEqual(['/data/model.pt'])
})

test('a file is not taken away for a part that is gone, where the server replaces none in one step', async () => {
  const { side, files } = sideWith(['/data/model.pt'], status(8))
  const moved = side.move('/data/model.pt.1.part', '/data/model.pt', { replace: true })
  await expect(moved).rejects.toMatchObject({ code: 'file-not-found' })
  expect([...files]).toEqual(['/data/model.pt'])
})
